/**
 * Answers with other implementations what the crate answers itself: composition, and the difference of two schemas.
 *
 * In: `{ compositions: [{ name, subgraphs: [{ name, url, sdl }] }], diffs: [{ name, old, new }] }`.
 * Out: `{ compositions: [{ name, supergraph, api, errors: [{ code, message }] }], diffs: [{ name, changes: [code] }] }`.
 */
import { readFileSync } from "node:fs";

import { composeServices } from "@theguild/federation-composition";
import { buildSchema, findBreakingChanges, findDangerousChanges, parse } from "graphql";

function parsed({ name, url, sdl }) {
  try {
    return { name, url, typeDefs: parse(sdl) };
  } catch (error) {
    throw Object.assign(new Error(`[${name}] ${error.message}`), { code: "INVALID_GRAPHQL" });
  }
}

function composition({ name, subgraphs }) {
  try {
    const { supergraphSdl, publicSdl, errors } = composeServices(subgraphs.map(parsed));
    if (!errors) {
      return { name, supergraph: supergraphSdl, api: publicSdl, errors: [] };
    }
    return { name, errors: errors.map(({ message, extensions }) => ({ code: extensions?.code ?? "NONE", message })) };
  } catch (error) {
    return { name, errors: [{ code: error.code ?? "CRASH", message: error.message }] };
  }
}

function difference({ name, old, new: replacement }) {
  const schemas = [buildSchema(old), buildSchema(replacement)];
  const changes = [...findBreakingChanges(...schemas), ...findDangerousChanges(...schemas)];
  return { name, changes: changes.map(({ type }) => type) };
}

const { compositions, diffs } = JSON.parse(readFileSync(0, "utf8"));
const answer = { compositions: compositions.map(composition), diffs: diffs.map(difference) };
process.stdout.write(JSON.stringify(answer));
