WITH "o0" AS (
SELECT "j1"."id" AS "id",
  "e"."x_Timestamp" AS "at",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact", NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Contact" = "j1"."r_ParentContact"
WHERE (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."x_Timestamp"),
"o1" AS (
SELECT "j1"."id" AS "id",
  "e"."x_Timestamp" AS "at",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."x_Timestamp"),
"o2" AS (
SELECT * FROM "o0"
UNION ALL SELECT * FROM "o1"),
"o3" AS (
SELECT "e"."id" AS "id",
  "e"."at" AS "at",
  SUM("e"."n") AS "n"
FROM "o2" AS "e"
GROUP BY "e"."id", "e"."at"),
"o4" AS (
SELECT "e"."id" AS "id",
  "e"."at" AS "at",
  "e"."n" AS "n",
  0 AS "offset"
FROM "o3" AS "e"),
"o5" AS (
SELECT "e"."id" AS "id",
  "e"."at" AS "at",
  "e"."n" AS "n",
  CASE WHEN COALESCE("e"."at", -62296819200000000) + "e"."offset" * 1000000 < 0 THEN (((COALESCE("e"."at", -62296819200000000) + "e"."offset" * 1000000) - 86399999999) / 86400000000) ELSE ((COALESCE("e"."at", -62296819200000000) + "e"."offset" * 1000000) / 86400000000) END AS "x0"
FROM "o4" AS "e"),
"o6" AS (
SELECT "e"."id" AS "id",
  "e"."x0" AS "x0",
  "e"."at" AS "at",
  SUM("e"."n") AS "n"
FROM "o5" AS "e"
GROUP BY "e"."id", "e"."x0", "e"."at"),
"o7" AS (
SELECT "e"."id" AS "id",
  "e"."at" AS "at",
  "e"."n" AS "n",
  SUM("e"."n") OVER (PARTITION BY "e"."id", "e"."x0" ORDER BY COALESCE("e"."at", -62296819200000000) DESC ROWS UNBOUNDED PRECEDING) AS "total"
FROM "o6" AS "e"),
"o8" AS (
SELECT "e"."id" AS "id",
  SUM(MAX(MIN(("e"."total" + "e"."n" * (-1)) * (-1) + 1, "e"."n"), 0) * CASE WHEN "e"."at" IS NULL THEN 0 WHEN COALESCE("e"."at", -62167219200000001) >= ?2 THEN 4294967296 WHEN COALESCE("e"."at", -62167219200000001) >= ?3 THEN 2147483648 WHEN COALESCE("e"."at", -62167219200000001) >= ?4 THEN 1073741824 WHEN COALESCE("e"."at", -62167219200000001) >= ?5 THEN 536870912 WHEN COALESCE("e"."at", -62167219200000001) >= ?6 THEN 268435456 WHEN COALESCE("e"."at", -62167219200000001) >= ?7 THEN 134217728 WHEN COALESCE("e"."at", -62167219200000001) >= ?8 THEN 67108864 WHEN COALESCE("e"."at", -62167219200000001) >= ?9 THEN 33554432 WHEN COALESCE("e"."at", -62167219200000001) >= ?10 THEN 16777216 WHEN COALESCE("e"."at", -62167219200000001) >= ?11 THEN 8388608 WHEN COALESCE("e"."at", -62167219200000001) >= ?12 THEN 4194304 WHEN COALESCE("e"."at", -62167219200000001) >= ?13 THEN 2097152 WHEN COALESCE("e"."at", -62167219200000001) >= ?14 THEN 1048576 WHEN COALESCE("e"."at", -62167219200000001) >= ?15 THEN 524288 WHEN COALESCE("e"."at", -62167219200000001) >= ?16 THEN 262144 WHEN COALESCE("e"."at", -62167219200000001) >= ?17 THEN 131072 WHEN COALESCE("e"."at", -62167219200000001) >= ?18 THEN 65536 WHEN COALESCE("e"."at", -62167219200000001) >= ?19 THEN 32768 WHEN COALESCE("e"."at", -62167219200000001) >= ?20 THEN 16384 WHEN COALESCE("e"."at", -62167219200000001) >= ?21 THEN 8192 WHEN COALESCE("e"."at", -62167219200000001) >= ?22 THEN 4096 WHEN COALESCE("e"."at", -62167219200000001) >= ?23 THEN 2048 WHEN COALESCE("e"."at", -62167219200000001) >= ?24 THEN 1024 WHEN COALESCE("e"."at", -62167219200000001) >= ?25 THEN 512 WHEN COALESCE("e"."at", -62167219200000001) >= ?26 THEN 256 WHEN COALESCE("e"."at", -62167219200000001) >= ?27 THEN 128 WHEN COALESCE("e"."at", -62167219200000001) >= ?28 THEN 64 WHEN COALESCE("e"."at", -62167219200000001) >= ?29 THEN 32 WHEN COALESCE("e"."at", -62167219200000001) >= ?30 THEN 16 WHEN COALESCE("e"."at", -62167219200000001) >= ?31 THEN 8 WHEN COALESCE("e"."at", -62167219200000001) >= ?32 THEN 4 WHEN COALESCE("e"."at", -62167219200000001) >= ?33 THEN 2 WHEN COALESCE("e"."at", -62167219200000001) >= ?34 THEN 1 ELSE 0 END) AS "n0"
FROM "o7" AS "e"
GROUP BY "e"."id"),
"o9" AS (
SELECT "j1"."id" AS "id",
  "e"."x_Timestamp" AS "at",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact", NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Contact" = "j1"."r_ParentContact"
WHERE (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."x_Timestamp"),
"o10" AS (
SELECT "j1"."id" AS "id",
  "e"."x_Timestamp" AS "at",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."x_Timestamp"),
"o11" AS (
SELECT * FROM "o9"
UNION ALL SELECT * FROM "o10"),
"o12" AS (
SELECT "e"."id" AS "id",
  "e"."at" AS "at",
  SUM("e"."n") AS "n"
FROM "o11" AS "e"
GROUP BY "e"."id", "e"."at"),
"o13" AS (
SELECT "e"."id" AS "id",
  SUM("e"."n") OVER (PARTITION BY "e"."id" ORDER BY "e"."at" RANGE BETWEEN 86400000000 PRECEDING AND CURRENT ROW) AS "total"
FROM "o12" AS "e"
WHERE ("e"."at" IS NOT NULL)),
"o14" AS (
SELECT "e"."id" AS "id",
  MAX("e"."total") AS "n"
FROM "o13" AS "e"
GROUP BY "e"."id"),
"o15" AS (
SELECT "j1"."id" AS "id",
  "e"."r_Lead" AS "x0",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead" FROM "EventRegistered" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact", NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Contact" = "j1"."r_ParentContact"
WHERE (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."r_Lead"),
"o16" AS (
SELECT "j1"."id" AS "id",
  "e"."r_Lead" AS "x0",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact" FROM "EventRegistered" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."r_Lead"),
"o17" AS (
SELECT * FROM "o15"
UNION ALL SELECT * FROM "o16"),
"o18" AS (
SELECT "e"."id" AS "id",
  "e"."x0" AS "x0",
  SUM("e"."n") AS "n"
FROM "o17" AS "e"
GROUP BY "e"."id", "e"."x0"),
"o19" AS (
SELECT "e"."id" AS "id",
  "e"."x0" AS "x0",
  "e"."n" AS "n0",
  0 AS "n1"
FROM "o18" AS "e"
WHERE ("e"."x0" IS NOT NULL)),
"o20" AS (
SELECT "j1"."id" AS "id",
  "e"."r_Lead" AS "x0",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead" FROM "EventCancelled" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact", NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Contact" = "j1"."r_ParentContact"
WHERE (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."r_Lead"),
"o21" AS (
SELECT "j1"."id" AS "id",
  "e"."r_Lead" AS "x0",
  COUNT(*) FILTER (WHERE 1) AS "n"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact" FROM "EventCancelled" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND (1) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id", "e"."r_Lead"),
"o22" AS (
SELECT * FROM "o20"
UNION ALL SELECT * FROM "o21"),
"o23" AS (
SELECT "e"."id" AS "id",
  "e"."x0" AS "x0",
  SUM("e"."n") AS "n"
FROM "o22" AS "e"
GROUP BY "e"."id", "e"."x0"),
"o24" AS (
SELECT "e"."id" AS "id",
  "e"."x0" AS "x0",
  0 AS "n0",
  "e"."n" AS "n1"
FROM "o23" AS "e"
WHERE ("e"."x0" IS NOT NULL)),
"o25" AS (
SELECT * FROM "o19"
UNION ALL SELECT * FROM "o24"),
"o26" AS (
SELECT "e"."id" AS "id",
  "e"."x0" AS "x0",
  SUM("e"."n0") AS "n0",
  SUM("e"."n1") AS "n1"
FROM "o25" AS "e"
GROUP BY "e"."id", "e"."x0"),
"o27" AS (
SELECT "e"."id" AS "id",
  COUNT(*) FILTER (WHERE "e"."n0" >= 1 AND "e"."n1" <= 0) AS "n0"
FROM "o26" AS "e"
GROUP BY "e"."id"),
"i0" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailOpened" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i1" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailOpened" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i2" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i3" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i4" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailForwarded" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i5" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailForwarded" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i6" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailUnsubscribed" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i7" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailUnsubscribed" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i8" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailMarkedAsSpam" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i9" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EmailMarkedAsSpam" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i10" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i11" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i12" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i13" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "WebsiteClicked" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i14" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "FormVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i15" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "FormVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i16" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "FormSubmitted" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i17" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "FormSubmitted" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i18" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "MarketingPageVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i19" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "MarketingPageVisited" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i20" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventRegistered" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i21" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventRegistered" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i22" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventCheckedIn" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i23" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventCheckedIn" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i24" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventCancelled" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i25" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "EventCancelled" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"i26" AS (
SELECT "e"."r_Contact" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "Subscribed" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
WHERE ("e"."r_Contact" IS NOT NULL)
GROUP BY "e"."r_Contact"),
"i27" AS (
SELECT "j1"."id" AS "id",
  MAX(CASE WHEN 1 THEN "e"."x_Timestamp" END) AS "n0"
FROM (SELECT NULLIF("Lead" COLLATE BINARY, '') COLLATE BINARY AS "r_Lead", NULLIF("Contact" COLLATE BINARY, '') COLLATE BINARY AS "r_Contact", "Timestamp" AS "x_Timestamp" FROM "Subscribed" WHERE ("Timestamp" IS NULL OR "Timestamp" <= ?1) LIMIT -1) AS "e"
JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact" FROM "Lead" LIMIT -1) AS "j1" ON "e"."r_Lead" = "j1"."id"
WHERE (NOT COALESCE("e"."r_Contact" = "j1"."r_ParentContact", 0)) AND ("j1"."id" IS NOT NULL)
GROUP BY "j1"."id"),
"p0" AS (
SELECT "e"."id" AS "id",
  "e"."id" AS "lead_id",
  "e"."r_ParentContact" IS NOT NULL AS "has_contact",
  "e"."r_ParentAccount" IS NOT NULL AS "has_account",
  CASE WHEN "e"."f_Status" = 'disqualified' THEN 1 ELSE 0 END AS "c0_3",
  COALESCE("j1"."n0", 0) AS "c0_4",
  COALESCE("j2"."n", 0) AS "c0_5",
  COALESCE("j3"."n0", 0) AS "c0_6",
  CASE WHEN ("j4"."x_NumberOfEmployees" >= 500.0) THEN 1 ELSE 0 END AS "c0_7",
  CASE WHEN ("j4"."x_NumberOfEmployees" >= 50.0) AND ("j4"."x_NumberOfEmployees" < 500.0) THEN 1 ELSE 0 END AS "c0_8",
  CASE WHEN CASE WHEN CASE WHEN "j5"."n0" IS NULL AND "j6"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j5"."n0", -62167219200000001), COALESCE("j6"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j7"."n0" IS NULL AND "j8"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j7"."n0", -62167219200000001), COALESCE("j8"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j9"."n0" IS NULL AND "j10"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j9"."n0", -62167219200000001), COALESCE("j10"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j11"."n0" IS NULL AND "j12"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j11"."n0", -62167219200000001), COALESCE("j12"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j13"."n0" IS NULL AND "j14"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j13"."n0", -62167219200000001), COALESCE("j14"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j15"."n0" IS NULL AND "j16"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j15"."n0", -62167219200000001), COALESCE("j16"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j17"."n0" IS NULL AND "j18"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j17"."n0", -62167219200000001), COALESCE("j18"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j19"."n0" IS NULL AND "j20"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j19"."n0", -62167219200000001), COALESCE("j20"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j21"."n0" IS NULL AND "j22"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j21"."n0", -62167219200000001), COALESCE("j22"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j23"."n0" IS NULL AND "j24"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j23"."n0", -62167219200000001), COALESCE("j24"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j25"."n0" IS NULL AND "j26"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j25"."n0", -62167219200000001), COALESCE("j26"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j27"."n0" IS NULL AND "j28"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j27"."n0", -62167219200000001), COALESCE("j28"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j29"."n0" IS NULL AND "j30"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j29"."n0", -62167219200000001), COALESCE("j30"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j31"."n0" IS NULL AND "j32"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j31"."n0", -62167219200000001), COALESCE("j32"."n0", -62167219200000001)) END IS NULL THEN NULL ELSE MAX(COALESCE(CASE WHEN "j5"."n0" IS NULL AND "j6"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j5"."n0", -62167219200000001), COALESCE("j6"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j7"."n0" IS NULL AND "j8"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j7"."n0", -62167219200000001), COALESCE("j8"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j9"."n0" IS NULL AND "j10"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j9"."n0", -62167219200000001), COALESCE("j10"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j11"."n0" IS NULL AND "j12"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j11"."n0", -62167219200000001), COALESCE("j12"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j13"."n0" IS NULL AND "j14"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j13"."n0", -62167219200000001), COALESCE("j14"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j15"."n0" IS NULL AND "j16"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j15"."n0", -62167219200000001), COALESCE("j16"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j17"."n0" IS NULL AND "j18"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j17"."n0", -62167219200000001), COALESCE("j18"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j19"."n0" IS NULL AND "j20"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j19"."n0", -62167219200000001), COALESCE("j20"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j21"."n0" IS NULL AND "j22"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j21"."n0", -62167219200000001), COALESCE("j22"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j23"."n0" IS NULL AND "j24"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j23"."n0", -62167219200000001), COALESCE("j24"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j25"."n0" IS NULL AND "j26"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j25"."n0", -62167219200000001), COALESCE("j26"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j27"."n0" IS NULL AND "j28"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j27"."n0", -62167219200000001), COALESCE("j28"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j29"."n0" IS NULL AND "j30"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j29"."n0", -62167219200000001), COALESCE("j30"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j31"."n0" IS NULL AND "j32"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j31"."n0", -62167219200000001), COALESCE("j32"."n0", -62167219200000001)) END, -62167219200000001)) END IS NULL THEN 0 ELSE MIN((MAX((?35 + COALESCE(CASE WHEN CASE WHEN "j5"."n0" IS NULL AND "j6"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j5"."n0", -62167219200000001), COALESCE("j6"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j7"."n0" IS NULL AND "j8"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j7"."n0", -62167219200000001), COALESCE("j8"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j9"."n0" IS NULL AND "j10"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j9"."n0", -62167219200000001), COALESCE("j10"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j11"."n0" IS NULL AND "j12"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j11"."n0", -62167219200000001), COALESCE("j12"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j13"."n0" IS NULL AND "j14"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j13"."n0", -62167219200000001), COALESCE("j14"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j15"."n0" IS NULL AND "j16"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j15"."n0", -62167219200000001), COALESCE("j16"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j17"."n0" IS NULL AND "j18"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j17"."n0", -62167219200000001), COALESCE("j18"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j19"."n0" IS NULL AND "j20"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j19"."n0", -62167219200000001), COALESCE("j20"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j21"."n0" IS NULL AND "j22"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j21"."n0", -62167219200000001), COALESCE("j22"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j23"."n0" IS NULL AND "j24"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j23"."n0", -62167219200000001), COALESCE("j24"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j25"."n0" IS NULL AND "j26"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j25"."n0", -62167219200000001), COALESCE("j26"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j27"."n0" IS NULL AND "j28"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j27"."n0", -62167219200000001), COALESCE("j28"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j29"."n0" IS NULL AND "j30"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j29"."n0", -62167219200000001), COALESCE("j30"."n0", -62167219200000001)) END IS NULL AND CASE WHEN "j31"."n0" IS NULL AND "j32"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j31"."n0", -62167219200000001), COALESCE("j32"."n0", -62167219200000001)) END IS NULL THEN NULL ELSE MAX(COALESCE(CASE WHEN "j5"."n0" IS NULL AND "j6"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j5"."n0", -62167219200000001), COALESCE("j6"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j7"."n0" IS NULL AND "j8"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j7"."n0", -62167219200000001), COALESCE("j8"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j9"."n0" IS NULL AND "j10"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j9"."n0", -62167219200000001), COALESCE("j10"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j11"."n0" IS NULL AND "j12"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j11"."n0", -62167219200000001), COALESCE("j12"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j13"."n0" IS NULL AND "j14"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j13"."n0", -62167219200000001), COALESCE("j14"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j15"."n0" IS NULL AND "j16"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j15"."n0", -62167219200000001), COALESCE("j16"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j17"."n0" IS NULL AND "j18"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j17"."n0", -62167219200000001), COALESCE("j18"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j19"."n0" IS NULL AND "j20"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j19"."n0", -62167219200000001), COALESCE("j20"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j21"."n0" IS NULL AND "j22"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j21"."n0", -62167219200000001), COALESCE("j22"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j23"."n0" IS NULL AND "j24"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j23"."n0", -62167219200000001), COALESCE("j24"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j25"."n0" IS NULL AND "j26"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j25"."n0", -62167219200000001), COALESCE("j26"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j27"."n0" IS NULL AND "j28"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j27"."n0", -62167219200000001), COALESCE("j28"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j29"."n0" IS NULL AND "j30"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j29"."n0", -62167219200000001), COALESCE("j30"."n0", -62167219200000001)) END, -62167219200000001), COALESCE(CASE WHEN "j31"."n0" IS NULL AND "j32"."n0" IS NULL THEN NULL ELSE MAX(COALESCE("j31"."n0", -62167219200000001), COALESCE("j32"."n0", -62167219200000001)) END, -62167219200000001)) END, 0) * (-1)) - 1, 0) / 604800000000), 10) END AS "c0_9"
FROM (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", NULLIF("ParentContact" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentContact", NULLIF("ParentAccount" COLLATE BINARY, '') COLLATE BINARY AS "r_ParentAccount", CASE WHEN length(CAST(NULLIF("Status" COLLATE BINARY, '') COLLATE BINARY AS BLOB)) = length(NULLIF("Status" COLLATE BINARY, '') COLLATE BINARY) THEN lower(NULLIF("Status" COLLATE BINARY, '') COLLATE BINARY) ELSE replace(lower(NULLIF("Status" COLLATE BINARY, '') COLLATE BINARY), 'ſ', 's') END AS "f_Status" FROM "Lead" LIMIT -1) AS "e"
LEFT JOIN "o8" AS "j1" ON "e"."id" = "j1"."id"
LEFT JOIN "o14" AS "j2" ON "e"."id" = "j2"."id"
LEFT JOIN "o27" AS "j3" ON "e"."id" = "j3"."id"
LEFT JOIN (SELECT NULLIF("id" COLLATE BINARY, '') COLLATE BINARY AS "id", CAST("NumberOfEmployees" AS REAL) AS "x_NumberOfEmployees" FROM "Account" LIMIT -1) AS "j4" ON "e"."r_ParentAccount" = "j4"."id"
LEFT JOIN "i0" AS "j5" ON "e"."r_ParentContact" = "j5"."id"
LEFT JOIN "i1" AS "j6" ON "e"."id" = "j6"."id"
LEFT JOIN "i2" AS "j7" ON "e"."r_ParentContact" = "j7"."id"
LEFT JOIN "i3" AS "j8" ON "e"."id" = "j8"."id"
LEFT JOIN "i4" AS "j9" ON "e"."r_ParentContact" = "j9"."id"
LEFT JOIN "i5" AS "j10" ON "e"."id" = "j10"."id"
LEFT JOIN "i6" AS "j11" ON "e"."r_ParentContact" = "j11"."id"
LEFT JOIN "i7" AS "j12" ON "e"."id" = "j12"."id"
LEFT JOIN "i8" AS "j13" ON "e"."r_ParentContact" = "j13"."id"
LEFT JOIN "i9" AS "j14" ON "e"."id" = "j14"."id"
LEFT JOIN "i10" AS "j15" ON "e"."r_ParentContact" = "j15"."id"
LEFT JOIN "i11" AS "j16" ON "e"."id" = "j16"."id"
LEFT JOIN "i12" AS "j17" ON "e"."r_ParentContact" = "j17"."id"
LEFT JOIN "i13" AS "j18" ON "e"."id" = "j18"."id"
LEFT JOIN "i14" AS "j19" ON "e"."r_ParentContact" = "j19"."id"
LEFT JOIN "i15" AS "j20" ON "e"."id" = "j20"."id"
LEFT JOIN "i16" AS "j21" ON "e"."r_ParentContact" = "j21"."id"
LEFT JOIN "i17" AS "j22" ON "e"."id" = "j22"."id"
LEFT JOIN "i18" AS "j23" ON "e"."r_ParentContact" = "j23"."id"
LEFT JOIN "i19" AS "j24" ON "e"."id" = "j24"."id"
LEFT JOIN "i20" AS "j25" ON "e"."r_ParentContact" = "j25"."id"
LEFT JOIN "i21" AS "j26" ON "e"."id" = "j26"."id"
LEFT JOIN "i22" AS "j27" ON "e"."r_ParentContact" = "j27"."id"
LEFT JOIN "i23" AS "j28" ON "e"."id" = "j28"."id"
LEFT JOIN "i24" AS "j29" ON "e"."r_ParentContact" = "j29"."id"
LEFT JOIN "i25" AS "j30" ON "e"."id" = "j30"."id"
LEFT JOIN "i26" AS "j31" ON "e"."r_ParentContact" = "j31"."id"
LEFT JOIN "i27" AS "j32" ON "e"."id" = "j32"."id"
WHERE ("e"."id" IS NOT NULL) LIMIT -1)
SELECT "t"."lead" AS "lead", 'Layered' AS "model", "t"."m0_0" AS "status", "t"."m0_1" AS "score", '' AS "grade", "t"."m0_3" AS "sales_ready", "t"."m0_4" AS "label", "t"."m0_5" AS "dimension1", "t"."m0_6" AS "grade1", "t"."m0_7" AS "dimension2", "t"."m0_8" AS "grade2"
FROM (SELECT "lead_id" AS "lead",
  "s0" AS "m0_0",
  CASE WHEN "s0" = 'scored' THEN "s3" + (("s4" * 6 + 2) / 4) + CASE WHEN "c0_9" > 0 THEN "c0_9" * (-2) ELSE 0 END END AS "m0_1",
  "s0" = 'scored' AND ("s5" = 'A' AND "s4" >= 20) AS "m0_3",
  CASE WHEN "s0" = 'scored' THEN "s5" || "s6" ELSE '' END AS "m0_4",
  CASE WHEN "s0" = 'scored' THEN "s3" END AS "m0_5",
  CASE WHEN "s0" = 'scored' THEN "s5" ELSE '' END AS "m0_6",
  CASE WHEN "s0" = 'scored' THEN "s4" END AS "m0_7",
  CASE WHEN "s0" = 'scored' THEN "s6" ELSE '' END AS "m0_8"
FROM (SELECT "c0_9" AS "c0_9",
  "lead_id" AS "lead_id",
  "s3" AS "s3",
  "s4" AS "s4",
  "s0" AS "s0",
  "s6" AS "s6",
  CASE WHEN "s3" <= 49 THEN 'B' ELSE 'A' END AS "s5"
FROM (SELECT "c0_9" AS "c0_9",
  "lead_id" AS "lead_id",
  "s4" AS "s4",
  "s0" AS "s0",
  "s6" AS "s6",
  CASE WHEN "c0_4" > 0 THEN MIN((CASE typeof("s2") WHEN 'integer' THEN "s2" ELSE abs(-9223372036854775807 - 1) END), 100) ELSE 0 END + CASE WHEN "c0_5" >= 3 THEN 20 ELSE 0 END + CASE WHEN "c0_6" > 0 THEN "c0_6" * 15 ELSE 0 END AS "s3"
FROM (SELECT "c0_4" AS "c0_4",
  "c0_5" AS "c0_5",
  "c0_6" AS "c0_6",
  "c0_9" AS "c0_9",
  "lead_id" AS "lead_id",
  "s4" AS "s4",
  "s0" AS "s0",
  (CASE typeof("s1") WHEN 'integer' THEN "s1" ELSE abs(-9223372036854775807 - 1) END) + ((("c0_4" % 2147483648) * 10 + 2147483648) / 4294967296) AS "s2",
  CASE WHEN "s4" <= 19 THEN '2' ELSE '1' END AS "s6"
FROM (SELECT "c0_4" AS "c0_4",
  "c0_5" AS "c0_5",
  "c0_6" AS "c0_6",
  "c0_9" AS "c0_9",
  "lead_id" AS "lead_id",
  CASE WHEN "c0_3" <> 0 THEN 'not in audience' ELSE 'scored' END AS "s0",
  ("c0_4" / 2147483648) * 5 AS "s1",
  CASE WHEN "c0_7" >= 1 THEN 40 WHEN "c0_8" >= 1 THEN 20 ELSE 5 END AS "s4"
FROM "p0" AS "p0" LIMIT -1) AS "t" LIMIT -1) AS "t" LIMIT -1) AS "t" LIMIT -1) AS "t" LIMIT -1) AS "t"
