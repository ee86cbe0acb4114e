import "./workers.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";

import { useMonaco } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { fetcherOf } from "./fetcher.js";
import { HEADERS, TABS } from "./welcome.js";

const fetcher = fetcherOf({ createFetcher: createGraphiQLFetcher, createClient });

/** Gives the editors the page's monospaced fonts; GraphiQL names one of its own for them. */
function EditorFont() {
  const monaco = useMonaco((state) => state.monaco);

  useEffect(() => {
    const fontFamily = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
    const apply = (editor) => editor.updateOptions({ fontFamily });
    monaco?.editor.getEditors().forEach(apply);
    const listener = monaco?.editor.onDidCreateEditor(apply);
    return () => listener?.dispose();
  }, [monaco]);

  return null;
}

function App() {
  return (
    <GraphiQL
      defaultHeaders={HEADERS}
      defaultQuery=""
      defaultTabs={TABS}
      fetcher={fetcher}
      inputValueDeprecation
      schemaDescription
      // Variables hold passwords: what was typed goes when the tab is closed.
      storage={sessionStorage}
    >
      <GraphiQL.Logo>Portico</GraphiQL.Logo>
      <EditorFont />
    </GraphiQL>
  );
}

createRoot(document.getElementById("graphiql")).render(<App />);
