// Rules and data to start from: those of the folder examples.
import coffee from "../../../examples/quickstart/coffee.score";
import account from "../../../examples/quickstart/data/Account.csv";
import contact from "../../../examples/quickstart/data/Contact.csv";
import clicked from "../../../examples/quickstart/data/EmailClicked.csv";
import opened from "../../../examples/quickstart/data/EmailOpened.csv";
import lead from "../../../examples/quickstart/data/Lead.csv";
import visited from "../../../examples/quickstart/data/WebsiteVisited.csv";
import buyers from "../../../examples/crm/rules/buyers.score";
import accounts from "../../../examples/crm/rules/key-accounts.score";
import b2b from "../../../examples/b2b/b2b.score";

const leads = [
  ["Account.csv", account],
  ["Contact.csv", contact],
  ["EmailClicked.csv", clicked],
  ["EmailOpened.csv", opened],
  ["Lead.csv", lead],
  ["WebsiteVisited.csv", visited],
].map(([name, text]) => ({ name, text }));

export const examples = [
  { title: "Coffee geeks: counts, silence and grades", files: [{ name: "coffee.score", text: coffee }], data: leads, asOf: "2026-05-01" },
  { title: "Office coffee: fit and engagement, tables, tiers, limits", files: [{ name: "b2b.score", text: b2b }], data: leads, asOf: "2026-05-01" },
  {
    title: "An empty model",
    files: [{ name: "rules.score", text: 'model "My model" {\n    target contact\n\n    condition "Opened an email" {\n        each EmailOpened\n        score +1\n    }\n\n    sales ready at 10\n}\n' }],
    data: leads,
    asOf: "2026-05-01",
  },
  {
    title: "Buyers and key accounts: two files, stages, who gets a lead",
    files: [
      { name: "buyers.score", text: buyers },
      { name: "key-accounts.score", text: accounts },
    ],
    data: leads,
    asOf: "2026-05-01",
  },
];
