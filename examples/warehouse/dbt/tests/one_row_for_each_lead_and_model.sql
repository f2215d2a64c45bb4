-- Rows that are there twice.
SELECT lead, model, COUNT(*) AS n
FROM {{ ref('lead_scores') }}
GROUP BY lead, model
HAVING COUNT(*) > 1
