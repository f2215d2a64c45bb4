{{ config(materialized='view') }}

-- Times are text in the CRM, which cannot be compared as times: this view converts them.
SELECT id, contact_id, CAST(visited_at AS timestamp) AS visited_at, url
FROM {{ source('crm', 'visits') }}
