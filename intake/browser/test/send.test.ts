import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import type { Sealed } from "../src/client/compose.ts";
import { browserNet } from "../src/client/net.ts";
import { problem } from "../src/client/problem.ts";
import { send } from "../src/client/send.ts";
import { ClientError } from "../src/errors.ts";
import { utf8 } from "../src/wire/bytes.ts";
import { laterRefusal } from "./refusal.ts";
import { answer, intake, refused } from "./world.ts";

const sealed: Sealed = {
  id: "first",
  others: ["second", "third"],
  parts: 0,
  envelope: new Uint8Array(57_782).fill(3),
  directory: 12,
  epoch: "2026-11",
};
const stored = answer(204, new Uint8Array(0));

test("what is stored was sent once, whole, with its three headers", async () => {
  const net = intake(() => stored);
  assert.equal(await send(net, sealed), "stored");
  assert.deepEqual(net.calls, [
    {
      method: "PUT",
      path: "/submissions/first",
      headers: { Parts: "0", Directory: "12", Epoch: "2026-11" },
      body: sealed.envelope,
    },
  ]);
});

test("so many parts as went ahead are announced, and only then", async () => {
  const net = intake(() => stored);
  await send(net, { ...sealed, parts: 12 });
  assert.equal(net.calls[0]?.headers["Parts"], "12");
});

test("a taken id leads to the next one, and to no more than there are", async () => {
  const net = intake(({ path }) => (path.endsWith("third") ? stored : refused("conflict")));
  assert.equal(await send(net, sealed), "stored");
  assert.deepEqual(
    net.calls.map(({ path }) => path),
    ["/submissions/first", "/submissions/second", "/submissions/third"],
  );
  assert.equal(
    await laterRefusal(() =>
      send(
        intake(() => refused("conflict")),
        sealed,
      ),
    ),
    "conflict",
  );
});

test("every other refusal stops at once, with intake's code", async () => {
  for (const code of ["directory-outdated", "epoch-over", "epoch-early", "closed", "too-large", "wrong-shape"]) {
    const net = intake(() => refused(code));
    assert.equal(await laterRefusal(() => send(net, sealed)), code);
    assert.equal(net.calls.length, 1);
  }
});

test("only a 204 means stored", async () => {
  for (const status of [200, 201, 202, 302, 500]) {
    assert.equal(
      await laterRefusal(() =>
        send(
          intake(() => answer(status, new Uint8Array(0))),
          sealed,
        ),
      ),
      "bad-answer",
    );
  }
});

test("a message may have arrived from before its first byte goes, whatever is answered then", async () => {
  for (const status of [204, 400, 503]) {
    const way = { maybeSent: false };
    const before: boolean[] = [];
    const net = intake(() => {
      before.push(way.maybeSent);
      return answer(status, new Uint8Array(0));
    });
    await send(net, sealed, way).catch(() => {});
    assert.deepEqual([before, way.maybeSent], [[true], true]);
  }
});

test("a refusal says whether the same request may succeed later", () => {
  const retry = (code: string) => problem(refused(code)).retry;
  assert.ok(["too-many", "storage-full", "closed", "unavailable", "internal"].every(retry));
  assert.ok(!["conflict", "directory-outdated", "wrong-length", "not-found"].some(retry));
});

test("what is no problem document is a bad answer that may pass", () => {
  for (const text of ["", "<html>", "null", "[]", '{"code":1}', '{"code":"<b>"}', '{"code":"Two Words"}']) {
    const refusal = problem(answer(500, utf8(text)));
    assert.deepEqual([refusal.code, refusal.retry], ["bad-answer", true], text);
  }
});

test("a line that breaks is the code line, and may be tried again", async () => {
  const { port, server } = await serving((request) => void request.socket.destroy());
  await assert.rejects(
    send(browserNet(`http://127.0.0.1:${port}`), sealed),
    (error) => error instanceof ClientError && error.code === "line" && error.retry,
  );
  server.close();
  await assert.rejects(
    browserNet("http://127.0.0.1:1").get("/start"),
    (error) => error instanceof ClientError && error.code === "line",
  );
});

test("the browser's own net sends the bytes, no cookie and no referrer, and follows no redirect", async () => {
  const seen: { headers: IncomingMessage["headers"]; body: Buffer }[] = [];
  const { port, server } = await serving(async (request, respond) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen.push({ headers: request.headers, body: Buffer.concat(chunks) });
    respond(request.url === "/elsewhere" ? 302 : 204);
  });
  const net = browserNet(`http://127.0.0.1:${port}`);
  assert.equal(await send(net, sealed), "stored");
  const answered = await net.post("/mailbox", Uint8Array.of(1, 2, 3));
  assert.ok(Math.abs((answered.date ?? 0) - Date.now()) < 60_000);
  assert.deepEqual(
    seen.map(({ body }) => body.length),
    [57_782, 3],
  );
  for (const { headers } of seen) {
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.ok(!("cookie" in headers) && !("referer" in headers));
  }
  assert.equal(seen[0]?.headers.parts, "0");
  assert.equal(await laterRefusal(() => net.get("/elsewhere")), "line");
  server.close();
});

type Respond = (status: number) => void;

async function serving(
  handle: (request: IncomingMessage, respond: Respond) => void | Promise<void>,
): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    void handle(request, (status) => response.writeHead(status, status === 302 ? { Location: "/" } : {}).end());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { port: (server.address() as AddressInfo).port, server };
}
