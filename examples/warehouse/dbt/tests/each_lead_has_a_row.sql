-- Leads without a row.
SELECT l.id
FROM {{ source('crm', 'leads') }} AS l
LEFT JOIN {{ ref('lead_scores') }} AS s ON s.lead = l.id
WHERE s.lead IS NULL
