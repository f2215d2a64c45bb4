{{ config(materialized='view') }}

-- What sales works through: the leads that are ready, the best ones first.
SELECT s.lead, s.model, s.score, s.grade, s.label, l.contact_id, l.account_id, s.as_of
FROM {{ ref('lead_scores') }} AS s
JOIN {{ source('crm', 'leads') }} AS l ON l.id = s.lead
WHERE s.sales_ready
ORDER BY s.score DESC, s.lead, s.model
