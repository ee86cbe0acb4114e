/** What the editors hold until somebody writes in them. */

const VIEWER = `# Welcome to Portico: one GraphQL API for all services
# of your tenants.
#
# 1. Open the tab "SignIn", fill in its variables, run it.
# 2. Come back, open "Headers" below, and put in the
#    accessToken that you got:
#    { "Authorization": "Bearer <accessToken>" }
# 3. Run this query (play button or Ctrl+Enter): it shows
#    who you are.
#
# Subscriptions send the same headers when they connect.
# The book on the left documents every type and field.

query Viewer {
  viewer {
    id
    name
    email
  }
}
`;

const SIGN_IN = `# The first start of "portico serve" printed an
# administrator's e-mail address and password.

mutation SignIn($input: LoginInput!) {
  login(input: $input) {
    ... on LoginSuccess {
      accessToken
    }
  }
}
`;

const CREDENTIALS = `{
  "input": {
    "email": "admin@localhost",
    "password": ""
  }
}
`;

export const HEADERS = `{
  // "Authorization": "Bearer <accessToken>"
}
`;

export const TABS = [
  { query: VIEWER, headers: HEADERS },
  { query: SIGN_IN, variables: CREDENTIALS },
];
