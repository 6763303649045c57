// Reads an AsyncAPI document and tells, as JSON, what the official parser has to say about it.

import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(await text(process.stdin));
const found = {
  version: document?.version() ?? null,
  channels: document?.channels().all().map((each) => each.address()) ?? [],
  operations: document?.operations().all().map((each) => each.id()) ?? [],
  complaints: diagnostics.map(({ severity, code, path, message }) => ({
    severity,
    code,
    path: path.join("."),
    message,
  })),
};
process.stdout.write(JSON.stringify(found));
