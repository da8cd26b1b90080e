/** Calls operations of the generated client as standard input asks, a line each, and writes what comes of it, a line each. */

import { createInterface } from "node:readline";

import * as client from "./client";

interface Asked {
  tag: string;
  operation: string;
  token: string;
  parameters: Record<string, string | number>;
  body?: { name: string; schema: string | null; json: object };
  answer: string | null;
}

interface Told {
  status: number;
  /** The answer as it came. */
  raw: unknown;
  /** The answer as the client understood it, written down again; absent for a refusal. */
  understood?: unknown;
}

// The client's classes and functions by name: operations are data here, which no type can follow.
const exported = client as unknown as Record<string, any>;

async function told(basePath: string, asked: Asked): Promise<Told> {
  const configuration = new client.Configuration({ basePath, accessToken: asked.token });
  const api = new exported[`${asked.tag}Api`](configuration);
  const parameters: Record<string, unknown> = { ...asked.parameters };
  if (asked.body) {
    const { name, schema, json } = asked.body;
    parameters[name] = schema ? exported[`${schema}FromJSON`](json) : json;
  }
  try {
    const reply = await api[`${asked.operation}Raw`](parameters);
    const raw: unknown = await reply.raw.clone().json();
    const value: unknown = await reply.value();
    return { status: reply.raw.status, raw, understood: asked.answer ? exported[`${asked.answer}ToJSON`](value) : value };
  } catch (error) {
    if (error instanceof client.ResponseError) {
      return { status: error.response.status, raw: await error.response.json() };
    }
    throw error;
  }
}

async function converse(basePath: string): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await told(basePath, JSON.parse(line) as Asked))}\n`);
  }
}

const [, , address] = process.argv;
if (!address) {
  throw new Error("the address of the API is missing");
}
void converse(address);
