/**
 * Sends queries and mutations by HTTP to `graphql`, subscriptions by
 * `graphql-transport-ws` to `graphql/ws`, both beside this page.
 *
 * A browser cannot set headers on a WebSocket, so the headers editor's values
 * become the payload of `connection_init`. Each subscription has its own
 * socket and thereby the headers as they were when it was started.
 */
export function fetcherOf({ createFetcher, createClient }) {
  const url = new URL("graphql", document.baseURI);
  const socketUrl = new URL("graphql/ws", document.baseURI);
  socketUrl.protocol = socketUrl.protocol.replace("http", "ws");

  return (params, options) => {
    const wsClient = createClient({
      url: socketUrl.href,
      connectionParams: options?.headers,
      retryAttempts: 3,
    });
    const fetcher = createFetcher({ url: url.href, wsClient, enableIncrementalDelivery: false });
    return fetcher(params, options);
  };
}
