// A shop whose gateway is watched by OpenTelemetry.
import { startGateway, type TestGateway } from "./gateway.js";
import { answer, json, type MockUpstream, startUpstream } from "./mock-upstream.js";

/** The backends of the shop. */
export function startShop(): Promise<MockUpstream> {
  return startUpstream({
    "/Items/1": json({ ok: true }),
    "/prices/1": json({ ok: true }),
    "/fails": json({}, { status: 503 }),
    "/raw": answer("x".repeat(300)),
  });
}

const endpoints = [
  {
    endpoint: "/shop/{id}",
    backend: [
      { url_pattern: "/Items/{id}", group: "item" },
      { url_pattern: "/prices/{id}", group: "price" },
    ],
  },
  { endpoint: "/fails", backend: [{ url_pattern: "/fails" }] },
  { endpoint: "/raw", output_encoding: "no-op", backend: [{ url_pattern: "/raw" }] },
];

/** The gateway of the shop, with a block `telemetry/opentelemetry`. */
export function startWatched(upstream: MockUpstream, block: object): Promise<TestGateway> {
  return startGateway({
    name: "shop",
    host: [upstream.url],
    endpoints,
    extra_config: { "telemetry/opentelemetry": block, router: { disable_access_log: true } },
  });
}
