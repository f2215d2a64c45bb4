-- The tables of the CRM, for PostgreSQL and SQLite alike: SQLite takes the names
-- of PostgreSQL's types, and stores any value in any column. Times are in UTC.

CREATE TABLE account (
    id                  text PRIMARY KEY,
    name                text,
    email               text,
    phone               text,
    website             text,
    industry            text,
    city                text,
    state_or_province   text,
    postal_code         text,
    country             text,
    number_of_employees double precision,
    annual_revenue      double precision,
    created_on          timestamp,
    modified_on         timestamp,
    parent_account_id   text REFERENCES account,
    primary_contact_id  text -- of contact, which refers to accounts itself
);

CREATE TABLE contact (
    id                text PRIMARY KEY,
    first_name        text,
    last_name         text,
    email             text,
    phone             text,
    job_title         text,
    department        text,
    city              text,
    state_or_province text,
    postal_code       text,
    country           text,
    birthday          date,
    do_not_email      boolean,
    do_not_phone      boolean,
    do_not_track      boolean,
    created_on        timestamp,
    modified_on       timestamp,
    parent_account_id text REFERENCES account
);

CREATE TABLE lead (
    id                  text PRIMARY KEY,
    topic               text,
    first_name          text,
    last_name           text,
    email               text,
    phone               text,
    job_title           text,
    company_name        text,
    website             text,
    city                text,
    state_or_province   text,
    postal_code         text,
    country             text,
    industry            text,
    lead_source         text,
    source_campaign     text,
    number_of_employees double precision,
    annual_revenue      double precision,
    budget_amount       double precision,
    rating              text,
    status              text,
    purchase_timeframe  text,
    decision_maker      boolean,
    do_not_email        boolean,
    do_not_phone        boolean,
    created_on          timestamp,
    modified_on         timestamp,
    parent_contact_id   text REFERENCES contact,
    parent_account_id   text REFERENCES account
);

-- Indexes for what rules follow backwards: from an account to its contacts, from
-- both to their leads.
CREATE INDEX contact_by_account ON contact (parent_account_id);
CREATE INDEX lead_by_contact ON lead (parent_contact_id);
CREATE INDEX lead_by_account ON lead (parent_account_id);

-- Interactions of every kind. The fields of a kind are in the column fields, a
-- JSON object. The caller chooses the id: an interaction posted twice is stored once.
CREATE TABLE interaction (
    id         text PRIMARY KEY,
    kind       text NOT NULL,
    contact_id text NOT NULL REFERENCES contact,
    timestamp  timestamp NOT NULL,
    fields     jsonb NOT NULL
);

-- A rule asks for one kind of some contacts, in a range of time.
CREATE INDEX interaction_by_contact ON interaction (contact_id, kind, timestamp);

-- The scores that lists show: a lead's score by a model as of an instant. Migration 3
-- replaces read_at.
CREATE TABLE score (
    model       text NOT NULL,
    lead_id     text NOT NULL,
    score       bigint NOT NULL,
    grade       text NOT NULL,
    sales_ready boolean NOT NULL,
    as_of       timestamp NOT NULL,
    read_at     bigint NOT NULL, -- microseconds since 1970
    PRIMARY KEY (lead_id, model)
);
CREATE INDEX score_by_rank ON score (model, score DESC, lead_id);
CREATE INDEX score_by_lead ON score (model, lead_id);

-- A view for each kind of interaction of the standard schema. Fields are texts. A
-- number or a bool is cast: CAST(fields ->> 'Amount' AS double precision) AS amount.
-- A time, a date and choices are texts, which rules read.

CREATE VIEW email_sent AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey
    FROM interaction WHERE kind = 'EmailSent';
CREATE VIEW email_delivered AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey
    FROM interaction WHERE kind = 'EmailDelivered';
CREATE VIEW email_opened AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey
    FROM interaction WHERE kind = 'EmailOpened';
CREATE VIEW email_clicked AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey, fields ->> 'Url' AS url, fields ->> 'LinkText' AS link_text
    FROM interaction WHERE kind = 'EmailClicked';
CREATE VIEW email_hard_bounced AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey, fields ->> 'Reason' AS reason
    FROM interaction WHERE kind = 'EmailHardBounced';
CREATE VIEW email_soft_bounced AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey, fields ->> 'Reason' AS reason
    FROM interaction WHERE kind = 'EmailSoftBounced';
CREATE VIEW email_forwarded AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey
    FROM interaction WHERE kind = 'EmailForwarded';
CREATE VIEW email_unsubscribed AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey
    FROM interaction WHERE kind = 'EmailUnsubscribed';
CREATE VIEW email_marked_as_spam AS SELECT id, contact_id, timestamp,
    fields ->> 'EmailName' AS email_name, fields ->> 'CustomerJourney' AS customer_journey
    FROM interaction WHERE kind = 'EmailMarkedAsSpam';
CREATE VIEW website_visited AS SELECT id, contact_id, timestamp,
    fields ->> 'Url' AS url, fields ->> 'PageTitle' AS page_title, fields ->> 'Website' AS website, fields ->> 'Referrer' AS referrer
    FROM interaction WHERE kind = 'WebsiteVisited';
CREATE VIEW website_clicked AS SELECT id, contact_id, timestamp,
    fields ->> 'Url' AS url, fields ->> 'LinkText' AS link_text, fields ->> 'Website' AS website
    FROM interaction WHERE kind = 'WebsiteClicked';
CREATE VIEW form_visited AS SELECT id, contact_id, timestamp,
    fields ->> 'FormName' AS form_name, fields ->> 'Url' AS url
    FROM interaction WHERE kind = 'FormVisited';
CREATE VIEW form_submitted AS SELECT id, contact_id, timestamp,
    fields ->> 'FormName' AS form_name, fields ->> 'Url' AS url
    FROM interaction WHERE kind = 'FormSubmitted';
CREATE VIEW marketing_page_visited AS SELECT id, contact_id, timestamp,
    fields ->> 'PageName' AS page_name, fields ->> 'Url' AS url
    FROM interaction WHERE kind = 'MarketingPageVisited';
CREATE VIEW event_registered AS SELECT id, contact_id, timestamp,
    fields ->> 'EventName' AS event_name, fields ->> 'EventType' AS event_type
    FROM interaction WHERE kind = 'EventRegistered';
CREATE VIEW event_checked_in AS SELECT id, contact_id, timestamp,
    fields ->> 'EventName' AS event_name, fields ->> 'EventType' AS event_type
    FROM interaction WHERE kind = 'EventCheckedIn';
CREATE VIEW event_cancelled AS SELECT id, contact_id, timestamp,
    fields ->> 'EventName' AS event_name, fields ->> 'EventType' AS event_type
    FROM interaction WHERE kind = 'EventCancelled';
CREATE VIEW subscribed AS SELECT id, contact_id, timestamp,
    fields ->> 'ListName' AS list_name
    FROM interaction WHERE kind = 'Subscribed';
