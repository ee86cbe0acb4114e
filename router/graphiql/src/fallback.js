/**
 * The page of a binary that was built without npm. GraphiQL 4 comes from a CDN,
 * being the last version that is published as plain scripts.
 */
import { fetcherOf } from "./fetcher.js";
import { TABS } from "./welcome.js";

const { GraphiQL, React, ReactDOM, graphqlWs } = globalThis;
const container = document.getElementById("graphiql");

if (GraphiQL && React && ReactDOM && graphqlWs) {
  const fetcher = fetcherOf({
    createFetcher: GraphiQL.createFetcher,
    createClient: graphqlWs.createClient,
  });
  // This version's headers editor takes no comments, so it starts empty.
  const defaultTabs = TABS.map(({ query, variables }) => ({ query, variables }));
  const logo = React.createElement(GraphiQL.Logo, {}, "Portico");
  const settings = { fetcher, defaultTabs, defaultQuery: "", storage: sessionStorage };
  const page = React.createElement(GraphiQL, settings, logo);
  ReactDOM.createRoot(container).render(page);
} else {
  container.textContent =
    "GraphiQL did not load from cdn.jsdelivr.net. Go online and reload, or build portico with Node.js and npm installed to have it embedded.";
}
