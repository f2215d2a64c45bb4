WITH "i0" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE (("e"."x_Timestamp" >= ?1) AND ("e"."x_Timestamp" <= ?2)) AND ((instr("e"."f_Url", 'price') > 0) OR "j1"."f_City" = 'sofia')) AS "n0",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n1"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp", lower(NULLIF("Url" COLLATE BINARY, '') COLLATE BINARY) AS "f_Url" FROM "WebsiteVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?1 OR "Timestamp" >= ?3) LIMIT -1) AS "e"
LEFT JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", CASE WHEN length(CAST(NULLIF("City" COLLATE BINARY, '') COLLATE BINARY AS BLOB)) = length(NULLIF("City" COLLATE BINARY, '') COLLATE BINARY) THEN lower(NULLIF("City" COLLATE BINARY, '') COLLATE BINARY) ELSE replace(lower(NULLIF("City" COLLATE BINARY, '') COLLATE BINARY), 'ſ', 's') END AS "f_City" FROM "Contact" LIMIT -1) AS "j1" ON "e"."r_Contact" = "j1"."id"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"w0" AS (
SELECT "e"."id" AS "id",
  CASE WHEN ("e"."x_NumberOfEmployees" > 50.0) AND NOT COALESCE((instr("e"."f_Name", 'kiosk') > 0), 0) THEN 1 ELSE 0 END AS "n0"
FROM (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", CAST("NumberOfEmployees" AS REAL) AS "x_NumberOfEmployees", CASE WHEN length(CAST(NULLIF("Name" COLLATE BINARY, '') COLLATE BINARY AS BLOB)) = length(NULLIF("Name" COLLATE BINARY, '') COLLATE BINARY) THEN lower(NULLIF("Name" COLLATE BINARY, '') COLLATE BINARY) ELSE replace(replace(lower(NULLIF("Name" COLLATE BINARY, '') COLLATE BINARY), 'K', 'k'), 'ſ', 's') END AS "f_Name" FROM "Account" LIMIT -1) AS "e"),
"w2" AS (
SELECT "e"."r_ParentAccount" AS "id",
  COUNT(*) FILTER (WHERE (substr("e"."f_JobTitle", -length('buyer')) = 'buyer') AND "j1"."f_Country" IN ('de', 'at')) AS "n0"
FROM (SELECT NULLIF("ParentAccount" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentAccount", lower(NULLIF("JobTitle" COLLATE BINARY, '') COLLATE BINARY) AS "f_JobTitle" FROM "Contact" LIMIT -1) AS "e"
LEFT JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", lower(NULLIF("Country" COLLATE BINARY, '') COLLATE BINARY) AS "f_Country" FROM "Account" LIMIT -1) AS "j1" ON "e"."r_ParentAccount" = "j1"."id"
WHERE ("e"."r_ParentAccount" IS NOT NULL)
GROUP BY "e"."r_ParentAccount"),
"w1" AS (
SELECT "e"."id" AS "id",
  COALESCE("j1"."n0", 0) AS "n0"
FROM (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id" FROM "Account" LIMIT -1) AS "e"
LEFT JOIN "w2" AS "j1" ON "e"."id" = "j1"."id"),
"i1" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0",
  COUNT(*) FILTER (WHERE 1) AS "n1"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailOpened" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i2" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i3" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailForwarded" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i4" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailUnsubscribed" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i5" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailMarkedAsSpam" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i6" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i7" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "FormVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i8" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "FormSubmitted" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i9" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "MarketingPageVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i10" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventRegistered" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i11" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventCheckedIn" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i12" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventCancelled" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i13" AS (
SELECT "e"."r_Contact" AS "id",
  COUNT(*) FILTER (WHERE ("e"."x_Timestamp" >= ?3) AND ("e"."x_Timestamp" <= ?2)) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "Subscribed" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?2) AND ("Timestamp" >= ?3) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"a0" AS (
SELECT "e"."r_ParentAccount" AS "id",
  SUM("j1"."n1") AS "n1"
FROM (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentAccount" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentAccount" FROM "Contact" LIMIT -1) AS "e"
JOIN "i1" AS "j1" ON "e"."id" = "j1"."id"
WHERE ("e"."r_ParentAccount" IS NOT NULL)
GROUP BY "e"."r_ParentAccount"),
"p0" AS (
SELECT "e"."id" AS "id",
  "e"."id" AS "lead_id",
  "e"."r_ParentContact" IS NOT NULL AS "has_contact",
  "e"."r_ParentAccount" IS NOT NULL AS "has_account",
  COALESCE("j1"."n0", 0) AS "c0_3",
  COALESCE("j2"."n0", 0) AS "c0_4",
  COALESCE("j3"."n0", 0) AS "c0_5",
  COALESCE("j4"."n0", 0) + COALESCE("j5"."n0", 0) + COALESCE("j6"."n0", 0) + COALESCE("j7"."n0", 0) + COALESCE("j8"."n0", 0) + COALESCE("j1"."n1", 0) + COALESCE("j9"."n0", 0) + COALESCE("j10"."n0", 0) + COALESCE("j11"."n0", 0) + COALESCE("j12"."n0", 0) + COALESCE("j13"."n0", 0) + COALESCE("j14"."n0", 0) + COALESCE("j15"."n0", 0) + COALESCE("j16"."n0", 0) AS "c0_6",
  COALESCE("j17"."n1", 0) AS "c0_7"
FROM (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact", NULLIF("ParentAccount" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentAccount" FROM "Lead" LIMIT -1) AS "e"
LEFT JOIN "i0" AS "j1" ON "e"."r_ParentContact" = "j1"."id"
LEFT JOIN "w0" AS "j2" ON "e"."r_ParentAccount" = "j2"."id"
LEFT JOIN "w1" AS "j3" ON "e"."r_ParentAccount" = "j3"."id"
LEFT JOIN "i1" AS "j4" ON "e"."r_ParentContact" = "j4"."id"
LEFT JOIN "i2" AS "j5" ON "e"."r_ParentContact" = "j5"."id"
LEFT JOIN "i3" AS "j6" ON "e"."r_ParentContact" = "j6"."id"
LEFT JOIN "i4" AS "j7" ON "e"."r_ParentContact" = "j7"."id"
LEFT JOIN "i5" AS "j8" ON "e"."r_ParentContact" = "j8"."id"
LEFT JOIN "i6" AS "j9" ON "e"."r_ParentContact" = "j9"."id"
LEFT JOIN "i7" AS "j10" ON "e"."r_ParentContact" = "j10"."id"
LEFT JOIN "i8" AS "j11" ON "e"."r_ParentContact" = "j11"."id"
LEFT JOIN "i9" AS "j12" ON "e"."r_ParentContact" = "j12"."id"
LEFT JOIN "i10" AS "j13" ON "e"."r_ParentContact" = "j13"."id"
LEFT JOIN "i11" AS "j14" ON "e"."r_ParentContact" = "j14"."id"
LEFT JOIN "i12" AS "j15" ON "e"."r_ParentContact" = "j15"."id"
LEFT JOIN "i13" AS "j16" ON "e"."r_ParentContact" = "j16"."id"
LEFT JOIN "a0" AS "j17" ON "e"."r_ParentAccount" = "j17"."id"
WHERE ("e"."id" IS NOT NULL) LIMIT -1)
SELECT "t"."lead" AS "lead",
  CASE "v"."n" WHEN 0 THEN 'Coffee' WHEN 1 THEN 'Accounts' END AS "model",
  CASE "v"."n" WHEN 0 THEN "t"."m0_0" WHEN 1 THEN "t"."m1_0" END AS "status",
  CASE "v"."n" WHEN 0 THEN "t"."m0_1" WHEN 1 THEN "t"."m1_1" END AS "score",
  CASE "v"."n" WHEN 0 THEN "t"."m0_2" WHEN 1 THEN '' END AS "grade",
  CASE "v"."n" WHEN 0 THEN "t"."m0_3" WHEN 1 THEN 0 END AS "sales_ready",
  '' AS "label"
FROM (SELECT "lead_id" AS "lead",
  "s1" AS "m0_0",
  CASE WHEN "s1" = 'scored' THEN "s2" END AS "m0_1",
  CASE WHEN "s1" = 'scored' THEN CASE WHEN "s2" <= 9 THEN 'Cold' ELSE 'Warm' END ELSE '' END AS "m0_2",
  "s1" = 'scored' AND "s2" >= 20 AS "m0_3",
  "s3" AS "m1_0",
  CASE WHEN "s3" = 'scored' THEN MIN(CASE WHEN "c0_7" > 0 THEN "c0_7" ELSE 0 END, 9223372036854775807) END AS "m1_1"
FROM (SELECT "c0_7" AS "c0_7",
  "lead_id" AS "lead_id",
  "s2" AS "s2",
  CASE WHEN "s0" THEN 'no parent' WHEN NOT "has_contact" THEN 'not targeted' ELSE 'scored' END AS "s1",
  CASE WHEN "s0" THEN 'no parent' WHEN "has_contact" THEN 'not targeted' ELSE 'scored' END AS "s3"
FROM (SELECT "has_contact" AS "has_contact",
  "c0_7" AS "c0_7",
  "lead_id" AS "lead_id",
  NOT "has_contact" AND NOT "has_account" AS "s0",
  CASE WHEN "c0_3" > 0 THEN "c0_3" * 5 ELSE 0 END + CASE WHEN "c0_4" >= 1 THEN 10 ELSE 0 END + CASE WHEN "c0_5" >= 2 THEN 7 ELSE 0 END + CASE WHEN "c0_6" = 0 THEN -20 ELSE 0 END AS "s2"
FROM "p0" AS "p0" LIMIT -1) AS "t" LIMIT -1) AS "t" LIMIT -1) AS "t"
CROSS JOIN (SELECT 0 AS "n" UNION ALL SELECT 1 AS "n") AS "v"
