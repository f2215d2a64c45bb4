SELECT "lead", "model", "status", "score", "grade", "sales_ready", '' AS "label"
FROM (SELECT "lead_id" AS "lead",
  "s1" AS "m0_0",
  CASE WHEN "s1" = 'scored' THEN "s2" END AS "m0_1",
  CASE WHEN "s1" = 'scored' THEN CASE WHEN "s2" <= 9 THEN 'Cold' ELSE 'Warm' END ELSE '' END AS "m0_2",
  "s1" = 'scored' AND "s2" >= 20 AS "m0_3",
  "s3" AS "m1_0",
  CASE WHEN "s3" = 'scored' THEN toInt64(least(CASE WHEN toDecimal128("c0_7", 0) > 0 THEN toDecimal128("c0_7", 0) ELSE toDecimal128('0', 0) END, toDecimal128('9223372036854775807', 0))) END AS "m1_1"
FROM (SELECT toDecimal128("c0_7", 0) AS "c0_7",
  "lead_id" AS "lead_id",
  "s2" AS "s2",
  CASE WHEN "s0" THEN 'no parent' WHEN NOT "has_contact" THEN 'not targeted' ELSE 'scored' END AS "s1",
  CASE WHEN "s0" THEN 'no parent' WHEN "has_contact" THEN 'not targeted' ELSE 'scored' END AS "s3"
FROM (SELECT "has_contact" AS "has_contact",
  toDecimal128("c0_7", 0) AS "c0_7",
  "lead_id" AS "lead_id",
  NOT "has_contact" AND NOT "has_account" AS "s0",
  CASE WHEN "c0_3" > 0 THEN "c0_3" * 5 ELSE 0 END + CASE WHEN "c0_4" >= 1 THEN toInt64(10) ELSE 0 END + CASE WHEN "c0_5" >= 2 THEN toInt64(7) ELSE 0 END + CASE WHEN "c0_6" = 0 THEN toInt64(-20) ELSE 0 END AS "s2"
FROM (SELECT "a2_id" AS "id",
  "a2_id" AS "lead_id",
  "a2_r_ParentContact" IS NOT NULL AS "has_contact",
  "a2_r_ParentAccount" IS NOT NULL AS "has_account",
  COALESCE("a3_n0", 0) AS "c0_3",
  COALESCE("a4_n0", 0) AS "c0_4",
  COALESCE("a5_n0", 0) AS "c0_5",
  COALESCE("a6_n0", 0) + COALESCE("a7_n0", 0) + COALESCE("a8_n0", 0) + COALESCE("a9_n0", 0) + COALESCE("a10_n0", 0) + COALESCE("a3_n1", 0) + COALESCE("a11_n0", 0) + COALESCE("a12_n0", 0) + COALESCE("a13_n0", 0) + COALESCE("a14_n0", 0) + COALESCE("a15_n0", 0) + COALESCE("a16_n0", 0) + COALESCE("a17_n0", 0) + COALESCE("a18_n0", 0) AS "c0_6",
  COALESCE(toDecimal128("a19_n1", 0), toDecimal128('0', 0)) AS "c0_7",
  toNullable("id") AS "k1"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  "a12_n0",
  "a13_n0",
  "a14_n0",
  "a15_n0",
  "a16_n0",
  "a17_n0",
  toNullable("a2_r_ParentContact") AS "k64"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  "a12_n0",
  "a13_n0",
  "a14_n0",
  "a15_n0",
  "a16_n0",
  toNullable("a2_r_ParentContact") AS "k62"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  "a12_n0",
  "a13_n0",
  "a14_n0",
  "a15_n0",
  toNullable("a2_r_ParentContact") AS "k60"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  "a12_n0",
  "a13_n0",
  "a14_n0",
  toNullable("a2_r_ParentContact") AS "k58"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  "a12_n0",
  "a13_n0",
  toNullable("a2_r_ParentContact") AS "k56"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  "a12_n0",
  toNullable("a2_r_ParentContact") AS "k54"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  "a11_n0",
  toNullable("a2_r_ParentContact") AS "k52"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  "a10_n0",
  toNullable("a2_r_ParentContact") AS "k50"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  "a9_n0",
  toNullable("a2_r_ParentContact") AS "k48"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  "a8_n0",
  toNullable("a2_r_ParentContact") AS "k46"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  "a7_n0",
  toNullable("a2_r_ParentContact") AS "k44"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  "a6_n0",
  toNullable("a2_r_ParentContact") AS "k42"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  "a4_n0",
  "a5_n0",
  "a19_n1",
  toNullable("a2_r_ParentContact") AS "k40"
FROM (SELECT "a2_id",
  "a2_r_ParentContact",
  "a2_r_ParentAccount",
  "a3_n0",
  "a3_n1",
  toNullable("a2_r_ParentAccount") AS "k24"
FROM (SELECT toNullable(nullIf("id", '')) AS "a2_id",
  toNullable(nullIf("ParentContact", '')) AS "a2_r_ParentContact",
  toNullable(nullIf("ParentAccount", '')) AS "a2_r_ParentAccount",
  toNullable("a2_r_ParentContact") AS "k20" FROM "Lead")
ALL LEFT JOIN (SELECT "a21_r_Contact" AS "a3_id",
  toInt64(countIf((COALESCE(("a21_x_Timestamp" >= toInt64(1777680000000000)), 0) AND COALESCE(("a21_x_Timestamp" <= toInt64(1780272000000000)), 0)) AND (COALESCE((position("a21_f_Url", 'price') > 0), 0) OR COALESCE("a22_f_City" = 'sofia', 0)))) AS "a3_n0",
  toInt64(countIf(COALESCE(("a21_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a21_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a3_n1",
  toNullable("a3_id") AS "k20"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a21_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a21_x_Timestamp",
  toNullable(lower(nullIf("Url", ''))) AS "a21_f_Url",
  toNullable("a21_r_Contact") AS "k23" FROM "WebsiteVisited" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1777680000000000) OR toInt64("Timestamp") >= toInt64(1772326800000000)))
ALL LEFT JOIN (SELECT toNullable(nullIf("id", '')) AS "a22_id",
  toNullable(replaceAll(lower(nullIf("City", '')), 'ſ', 's')) AS "a22_f_City",
  toNullable("a22_id") AS "k23" FROM "Contact") USING ("k23")
WHERE ("a21_r_Contact" IS NOT NULL)
GROUP BY "a21_r_Contact") USING ("k20"))
ALL LEFT JOIN (SELECT "k25" AS "k24",
  sum("b26") AS "a4_n0",
  sum("b27") AS "a5_n0",
  sum("b28") AS "a19_n1"
FROM (SELECT toNullable("a29_id") AS "k25",
  CASE WHEN COALESCE(("a29_x_NumberOfEmployees" > reinterpretAsFloat64(unhex('0000000000004940'))), 0) AND NOT COALESCE((position("a29_f_Name", 'kiosk') > 0), 0) THEN toInt64(1) ELSE 0 END AS "b26",
  materialize(toInt64(0)) AS "b27",
  materialize(toDecimal128(0, 0)) AS "b28"
FROM (SELECT toNullable(nullIf("id", '')) AS "a29_id",
  toNullable(toFloat64("NumberOfEmployees")) AS "a29_x_NumberOfEmployees",
  toNullable(replaceAll(replaceAll(lower(nullIf("Name", '')), 'K', 'k'), 'ſ', 's')) AS "a29_f_Name" FROM "Account")
UNION ALL SELECT toNullable("a30_id") AS "k25",
  materialize(toInt64(0)) AS "b26",
  COALESCE("a31_n0", 0) AS "b27",
  materialize(toDecimal128(0, 0)) AS "b28"
FROM (SELECT toNullable(nullIf("id", '')) AS "a30_id",
  toNullable("a30_id") AS "k32" FROM "Account")
ALL LEFT JOIN (SELECT "a33_r_ParentAccount" AS "a31_id",
  toInt64(countIf(COALESCE(endsWith("a33_f_JobTitle", 'buyer'), 0) AND COALESCE("a34_f_Country" IN ('de', 'at'), 0))) AS "a31_n0",
  toNullable("a31_id") AS "k32"
FROM (SELECT toNullable(nullIf("ParentAccount", '')) AS "a33_r_ParentAccount",
  toNullable(lower(nullIf("JobTitle", ''))) AS "a33_f_JobTitle",
  toNullable("a33_r_ParentAccount") AS "k35" FROM "Contact")
ALL LEFT JOIN (SELECT toNullable(nullIf("id", '')) AS "a34_id",
  toNullable(lower(nullIf("Country", ''))) AS "a34_f_Country",
  toNullable("a34_id") AS "k35" FROM "Account") USING ("k35")
WHERE ("a33_r_ParentAccount" IS NOT NULL)
GROUP BY "a33_r_ParentAccount") USING ("k32")
UNION ALL SELECT toNullable("a36_r_ParentAccount") AS "k25",
  materialize(toInt64(0)) AS "b26",
  materialize(toInt64(0)) AS "b27",
  sum(toDecimal128("a37_n1", 0)) AS "b28"
FROM (SELECT toNullable(nullIf("id", '')) AS "a36_id",
  toNullable(nullIf("ParentAccount", '')) AS "a36_r_ParentAccount",
  toNullable("a36_id") AS "k38" FROM "Contact")
ALL INNER JOIN (SELECT "a39_r_Contact" AS "a37_id",
  materialize(toInt64(countIf(1))) AS "a37_n1",
  toNullable("a37_id") AS "k38"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a39_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a39_x_Timestamp" FROM "EmailOpened" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)))
WHERE ("a39_r_Contact" IS NOT NULL)
GROUP BY "a39_r_Contact") USING ("k38")
WHERE ("a36_r_ParentAccount" IS NOT NULL)
GROUP BY "a36_r_ParentAccount")
GROUP BY "k25") USING ("k24"))
ALL LEFT JOIN (SELECT "a41_r_Contact" AS "a6_id",
  toInt64(countIf(COALESCE(("a41_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a41_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a6_n0",
  toNullable("a6_id") AS "k40"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a41_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a41_x_Timestamp" FROM "EmailOpened" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)))
WHERE ("a41_r_Contact" IS NOT NULL)
GROUP BY "a41_r_Contact") USING ("k40"))
ALL LEFT JOIN (SELECT "a43_r_Contact" AS "a7_id",
  toInt64(countIf(COALESCE(("a43_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a43_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a7_n0",
  toNullable("a7_id") AS "k42"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a43_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a43_x_Timestamp" FROM "EmailClicked" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a43_r_Contact" IS NOT NULL)
GROUP BY "a43_r_Contact") USING ("k42"))
ALL LEFT JOIN (SELECT "a45_r_Contact" AS "a8_id",
  toInt64(countIf(COALESCE(("a45_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a45_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a8_n0",
  toNullable("a8_id") AS "k44"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a45_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a45_x_Timestamp" FROM "EmailForwarded" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a45_r_Contact" IS NOT NULL)
GROUP BY "a45_r_Contact") USING ("k44"))
ALL LEFT JOIN (SELECT "a47_r_Contact" AS "a9_id",
  toInt64(countIf(COALESCE(("a47_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a47_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a9_n0",
  toNullable("a9_id") AS "k46"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a47_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a47_x_Timestamp" FROM "EmailUnsubscribed" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a47_r_Contact" IS NOT NULL)
GROUP BY "a47_r_Contact") USING ("k46"))
ALL LEFT JOIN (SELECT "a49_r_Contact" AS "a10_id",
  toInt64(countIf(COALESCE(("a49_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a49_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a10_n0",
  toNullable("a10_id") AS "k48"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a49_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a49_x_Timestamp" FROM "EmailMarkedAsSpam" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a49_r_Contact" IS NOT NULL)
GROUP BY "a49_r_Contact") USING ("k48"))
ALL LEFT JOIN (SELECT "a51_r_Contact" AS "a11_id",
  toInt64(countIf(COALESCE(("a51_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a51_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a11_n0",
  toNullable("a11_id") AS "k50"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a51_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a51_x_Timestamp" FROM "WebsiteClicked" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a51_r_Contact" IS NOT NULL)
GROUP BY "a51_r_Contact") USING ("k50"))
ALL LEFT JOIN (SELECT "a53_r_Contact" AS "a12_id",
  toInt64(countIf(COALESCE(("a53_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a53_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a12_n0",
  toNullable("a12_id") AS "k52"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a53_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a53_x_Timestamp" FROM "FormVisited" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a53_r_Contact" IS NOT NULL)
GROUP BY "a53_r_Contact") USING ("k52"))
ALL LEFT JOIN (SELECT "a55_r_Contact" AS "a13_id",
  toInt64(countIf(COALESCE(("a55_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a55_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a13_n0",
  toNullable("a13_id") AS "k54"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a55_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a55_x_Timestamp" FROM "FormSubmitted" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a55_r_Contact" IS NOT NULL)
GROUP BY "a55_r_Contact") USING ("k54"))
ALL LEFT JOIN (SELECT "a57_r_Contact" AS "a14_id",
  toInt64(countIf(COALESCE(("a57_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a57_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a14_n0",
  toNullable("a14_id") AS "k56"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a57_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a57_x_Timestamp" FROM "MarketingPageVisited" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a57_r_Contact" IS NOT NULL)
GROUP BY "a57_r_Contact") USING ("k56"))
ALL LEFT JOIN (SELECT "a59_r_Contact" AS "a15_id",
  toInt64(countIf(COALESCE(("a59_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a59_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a15_n0",
  toNullable("a15_id") AS "k58"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a59_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a59_x_Timestamp" FROM "EventRegistered" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a59_r_Contact" IS NOT NULL)
GROUP BY "a59_r_Contact") USING ("k58"))
ALL LEFT JOIN (SELECT "a61_r_Contact" AS "a16_id",
  toInt64(countIf(COALESCE(("a61_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a61_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a16_n0",
  toNullable("a16_id") AS "k60"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a61_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a61_x_Timestamp" FROM "EventCheckedIn" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a61_r_Contact" IS NOT NULL)
GROUP BY "a61_r_Contact") USING ("k60"))
ALL LEFT JOIN (SELECT "a63_r_Contact" AS "a17_id",
  toInt64(countIf(COALESCE(("a63_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a63_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a17_n0",
  toNullable("a17_id") AS "k62"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a63_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a63_x_Timestamp" FROM "EventCancelled" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a63_r_Contact" IS NOT NULL)
GROUP BY "a63_r_Contact") USING ("k62"))
ALL LEFT JOIN (SELECT "a65_r_Contact" AS "a18_id",
  toInt64(countIf(COALESCE(("a65_x_Timestamp" >= toInt64(1772326800000000)), 0) AND COALESCE(("a65_x_Timestamp" <= toInt64(1780272000000000)), 0))) AS "a18_n0",
  toNullable("a18_id") AS "k64"
FROM (SELECT toNullable(nullIf("Contact", '')) AS "a65_r_Contact",
  toNullable(toInt64("Timestamp")) AS "a65_x_Timestamp" FROM "Subscribed" WHERE (toInt64("Timestamp") IS NULL OR toInt64("Timestamp") <= toInt64(1780272000000000)) AND (toInt64("Timestamp") >= toInt64(1772326800000000)))
WHERE ("a65_r_Contact" IS NOT NULL)
GROUP BY "a65_r_Contact") USING ("k64")
WHERE ("a2_id" IS NOT NULL))) AS "t") AS "t") AS "t"
ARRAY JOIN ['Coffee', 'Accounts'] AS "model",
  ["t"."m0_0", "t"."m1_0"] AS "status",
  ["t"."m0_1", "t"."m1_1"] AS "score",
  ["t"."m0_2", ''] AS "grade",
  ["t"."m0_3", 0] AS "sales_ready"
