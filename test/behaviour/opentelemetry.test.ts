// OpenTelemetry as its users meet it: a page for Prometheus.
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority } from "../support/certificates.js";
import { freePort, startGateway } from "../support/gateway.js";
import { send } from "../support/http.js";
import type { MockUpstream } from "../support/mock-upstream.js";
import { startShop, startWatched } from "../support/opentelemetry.js";
import { type ParsedFamily, parsePage, valuesOf } from "../support/prometheus.js";

let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startShop();
});
afterAll(() => upstream.close());

function boundsOf(family: ParsedFamily | undefined): readonly string[] {
  const bounds = Object.keys(family?.metrics[0]?.buckets ?? {});
  const size = (bound: string): number => (bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound));
  return bounds.sort((a, b) => size(a) - size(b));
}

const SCOPE = "otel_scope_name=io.krakend.krakend-otel,otel_scope_version=";

describe("the page for Prometheus", () => {
  async function pageOf(more: object, paths: readonly string[]): Promise<ReadonlyMap<string, ParsedFamily>> {
    const port = await freePort();
    const gateway = await startWatched(upstream, {
      exporters: { prometheus: [{ name: "p", port }] },
      ...more,
    });
    for (const path of paths) await send(gateway.port, { path });
    const response = await send(port, { path: "/metrics" });
    await gateway.stop();
    expect(response.headers).toContainEqual([
      "Content-Type",
      "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
    ]);
    return parsePage(response.body.toString());
  }

  it("has KrakenD's names, labels and buckets", async () => {
    const page = await pageOf({}, ["/shop/1", "/shop/1", "/fails", "/raw", "/none", "/__health"]);
    const server = page.get("http_server_duration");
    expect(server?.type).toBe("HISTOGRAM");
    expect(
      server?.metrics.map(({ labels, count }) => [
        labels.http_route,
        labels.http_response_status_code,
        count,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["/shop/:id", "200", "2"],
        ["/fails", "500", "1"],
        ["404 Not Found", "404", "1"],
      ]),
    );
    expect(server?.metrics.find(({ labels }) => labels.http_route === "/shop/:id")?.labels).toEqual({
      http_request_method: "GET",
      http_response_status_code: "200",
      http_route: "/shop/:id",
      otel_scope_name: "io.krakend.krakend-otel",
      otel_scope_version: "",
      url_scheme: "http",
    });
    expect(boundsOf(server).join(" ")).toBe(
      "0.01 0.02 0.05 0.075 0.1 0.125 0.15 0.175 0.2 0.25 0.3 0.35 0.5 0.75 1 1.5 2 3.5 5 10 +Inf",
    );
    const sizes = page.get("http_server_response_size")?.metrics[0]?.buckets ?? {};
    expect(Object.keys(sizes)).toEqual(
      expect.arrayContaining(["128", "524288", "1.048576e+06", "6.7108864e+07"]),
    );
    expect(server?.metrics.some(({ labels }) => labels.http_route === "200 OK")).toBe(false);
    const proxy = page.get("krakend_proxy_duration")?.metrics ?? [];
    expect(
      proxy.map(({ labels, count }) => [
        labels.http_route,
        labels.complete,
        labels.error,
        labels.canceled,
        count,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["/shop/:id", "true", "false", "false", "2"],
        ["/fails", "false", "true", "false", "1"],
      ]),
    );
    const port = 80;
    const client = (route: string, endpoint: string, status: number): string =>
      `clientname=${route},http_request_method=GET,http_response_status_code=${status},http_route=${route},krakend_endpoint_method=GET,krakend_endpoint_route=${endpoint},${SCOPE},server_address=127.0.0.1,server_port=${port}`;
    expect(valuesOf(page.get("http_client_request_started_count_total"))).toEqual({
      [client("/items/:id", "/shop/:id", 200)]: 2,
      [client("/prices/:id", "/shop/:id", 200)]: 2,
      [client("/fails", "/fails", 503)]: 1,
      [client("/raw", "/raw", 200)]: 1,
    });
    expect(page.get("http_client_request_failed_count_total")).toBeUndefined();
    expect(page.get("http_client_response_read_size_total")?.metrics.map(({ value }) => value)).toContain(
      "300",
    );
    expect(page.get("http_client_response_read_time_hist_seconds")?.metrics).toHaveLength(4);
    for (const part of ["get_conn", "dns", "tls"]) {
      const family = page.get(`http_client_request_${part}_duration`);
      expect(family?.type).toBe("HISTOGRAM");
      expect(boundsOf(family)).toHaveLength(21);
      expect(family?.metrics.map(({ labels, count }) => [labels.clientname, count]).sort()).toEqual([
        ["/fails", "1"],
        ["/items/:id", "2"],
        ["/prices/:id", "2"],
        ["/raw", "1"],
      ]);
    }
    expect(page.get("krakend_backend_duration")?.metrics).toHaveLength(4);
    expect(valuesOf(page.get("otel_scope_info"))).toEqual({ [SCOPE]: 1 });
    expect(valuesOf(page.get("target_info"))).toEqual({ "service_name=shop,service_version=2.13.8": 1 });
    expect(page.get("process_open_fds")).toBeUndefined();
  });

  it("has the names of the conventions 1.27, static attributes, and only the layers that are asked for", async () => {
    const layers = {
      global: { semantic_convention: "1.27", metrics_static_attributes: [{ key: "my.team", value: 'a"b' }] },
      proxy: { disable_metrics: true },
      backend: { metrics: { round_trip: true, disable_stage: true } },
    };
    const page = await pageOf({ layers }, ["/shop/1"]);
    expect(page.get("http_server_request_duration_seconds")?.help).toBe("Duration of HTTP server requests.");
    expect(page.get("http_server_request_duration_seconds")?.metrics[0]?.labels.my_team).toBe('a"b');
    expect([...page.keys()]).toEqual(
      expect.arrayContaining([
        "http_client_request_duration_seconds",
        "http_client_request_body_size_bytes",
        "http_client_response_body_size_bytes",
        "http_server_response_body_size_bytes",
      ]),
    );
    for (const gone of ["http_server_duration", "krakend_proxy_duration", "krakend_backend_duration"])
      expect(page.get(gone)).toBeUndefined();
    expect([...page.keys()].filter((name) => /_count|_read_|get_conn|dns|tls/.test(name))).toEqual([]);
  });

  it("has the parts of a connection in seconds, under the conventions 1.27, and what was read", async () => {
    const layers = {
      global: { semantic_convention: "1.27" },
      backend: { metrics: { read_payload: true, detailed_connection: true } },
    };
    const page = await pageOf({ layers }, ["/raw", "/raw"]);
    const connection = page.get("http_client_request_get_conn_duration_seconds");
    expect(connection?.help).toBe("Time spent acquiring a client connection");
    expect(connection?.metrics[0]?.count).toBe("2");
    // The second request finds the connection of the first.
    expect(Number(connection?.metrics[0]?.sum)).toBeGreaterThan(0);
    expect(page.get("http_client_request_tls_duration_seconds")?.metrics[0]?.sum).toBe("0");
    expect(page.get("http_client_request_started_count_total")?.metrics[0]?.value).toBe("2");
    expect(page.get("http_client_response_read_size_total")?.metrics[0]?.value).toBe("600");
  });

  it("has the time of a handshake and of a look-up, once for each connection", async () => {
    const authority = await createAuthority("Test");
    const { certificate: cert, key } = await authority.issue("backend", { names: ["localhost"] });
    const secure = createSecureServer({ cert, key }, (_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const port = await freePort();
    const gateway = await startGateway({
      host: [`https://localhost:${(secure.address() as AddressInfo).port}`],
      endpoints: [{ endpoint: "/raw", backend: [{ url_pattern: "/raw" }] }],
      client_tls: { ca_certs: [authority.certificateFile], disable_system_ca_pool: true },
      extra_config: { "telemetry/opentelemetry": { exporters: { prometheus: [{ name: "p", port }] } } },
    });
    const page = async (): Promise<readonly number[]> => {
      const families = parsePage((await send(port, { path: "/metrics" })).body.toString());
      return ["get_conn", "dns", "tls"].map((part) =>
        Number(families.get(`http_client_request_${part}_duration`)?.metrics[0]?.sum),
      );
    };
    await send(gateway.port, { path: "/raw" });
    const [connection, lookup, handshake] = await page();
    await send(gateway.port, { path: "/raw" });
    const after = await page();
    await gateway.stop();
    secure.close();
    secure.closeAllConnections();
    expect(lookup).toBeGreaterThan(0);
    expect(handshake).toBeGreaterThan(0);
    expect(connection).toBeGreaterThan(lookup! + handshake! - 1e-9);
    expect(after).toEqual([connection, lookup, handshake]);
  });
});
