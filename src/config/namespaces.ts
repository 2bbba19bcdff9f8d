// Every namespace of extra_config that KrakenD knows: where it works, in which edition, older names.
// [krakend-ce cmd/krakend-ce/main.go aliases; krakend-schema v2.13]

export type Level = "service" | "endpoint" | "backend" | "agent";

export interface Namespace {
  readonly levels: readonly Level[];
  readonly edition: "community" | "enterprise";
  /** Older names with the same meaning. */
  readonly aliases?: readonly string[];
  /** Without it answers are the same: it only measures, logs or describes. */
  readonly silent?: boolean;
}

type Table = Readonly<Record<string, Namespace>>;

const S: readonly Level[] = ["service"];
const E: readonly Level[] = ["endpoint"];
const B: readonly Level[] = ["backend"];

function community(levels: readonly Level[], alias?: string, silent = false): Namespace {
  return { levels, edition: "community", ...(alias === undefined ? {} : { aliases: [alias] }), silent };
}

function enterprise(levels: readonly Level[], silent = false): Namespace {
  return { levels, edition: "enterprise", silent };
}

export const namespaces: Table = {
  router: community(S, "github_com/luraproject/lura/router/gin"),
  proxy: community(["endpoint", "backend"], "github.com/devopsfaith/krakend/proxy"),
  "backend/http": community(B, "github.com/devopsfaith/krakend/http"),
  "backend/http/client": community(B),
  "backend/graphql": community(B, "github.com/devopsfaith/krakend/transport/http/client/graphql"),
  "backend/lambda": community(B, "github.com/devopsfaith/krakend-lambda"),
  "backend/amqp/consumer": community(B, "github.com/devopsfaith/krakend-amqp/consume"),
  "backend/amqp/producer": community(B, "github.com/devopsfaith/krakend-amqp/produce"),
  "backend/pubsub/publisher": community(B, "github.com/devopsfaith/krakend-pubsub/publisher"),
  "backend/pubsub/subscriber": community(B, "github.com/devopsfaith/krakend-pubsub/subscriber"),
  "plugin/http-server": community(S, "github_com/devopsfaith/krakend/transport/http/server/handler"),
  "plugin/http-client": community(B, "github.com/devopsfaith/krakend/transport/http/client/executor"),
  "plugin/req-resp-modifier": community(
    ["endpoint", "backend"],
    "github.com/devopsfaith/krakend/proxy/plugin",
  ),
  "qos/http-cache": community(B, "github.com/devopsfaith/krakend-httpcache"),
  "qos/circuit-breaker": community(B, "github.com/devopsfaith/krakend-circuitbreaker/gobreaker"),
  "qos/ratelimit/router": community(E),
  "qos/ratelimit/proxy": community(B),
  "auth/client-credentials": community(B, "github.com/devopsfaith/krakend-oauth2-clientcredentials"),
  "auth/validator": community(["service", "endpoint"], "github.com/devopsfaith/krakend-jose/validator"),
  "auth/signer": community(E, "github.com/devopsfaith/krakend-jose/signer"),
  "auth/revoker": community(S, "github_com/devopsfaith/bloomfilter"),
  "security/bot-detector": community(["service", "endpoint"], "github_com/devopsfaith/krakend-botdetector"),
  "security/http": community(S, "github_com/devopsfaith/krakend-httpsecure"),
  "security/cors": community(S, "github_com/devopsfaith/krakend-cors"),
  "validation/cel": community(["endpoint", "backend"], "github.com/devopsfaith/krakend-cel"),
  "validation/json-schema": community(E, "github.com/devopsfaith/krakend-jsonschema"),
  "async/amqp": community(["agent"], "github.com/devopsfaith/krakend-amqp/agent"),
  "modifier/lua-endpoint": community(["service", "endpoint"], "github.com/devopsfaith/krakend-lua/router"),
  "modifier/lua-proxy": community(E, "github.com/devopsfaith/krakend-lua/proxy"),
  "modifier/lua-backend": community(B, "github.com/devopsfaith/krakend-lua/proxy/backend"),
  "modifier/martian": community(B, "github.com/devopsfaith/krakend-martian"),
  "telemetry/gelf": community(S, "github_com/devopsfaith/krakend-gelf", true),
  "telemetry/logging": community(S, "github_com/devopsfaith/krakend-gologging", true),
  "telemetry/logstash": community(S, "github_com/devopsfaith/krakend-logstash", true),
  "telemetry/metrics": community(S, "github_com/devopsfaith/krakend-metrics", true),
  "telemetry/influx": community(S, "github_com/letgoapp/krakend-influx", true),
  "telemetry/opencensus": community(
    ["service", "endpoint", "backend"],
    "github_com/devopsfaith/krakend-opencensus",
    true,
  ),
  "telemetry/opentelemetry": community(["service", "endpoint", "backend"], undefined, true),

  "documentation/openapi": enterprise(["service", "endpoint"], true),
  "documentation/postman": enterprise(["service", "endpoint"], true),
  "telemetry/newrelic": enterprise(S, true),
  "telemetry/moesif": enterprise(S, true),
  "telemetry/opentelemetry-security": enterprise(S, true),
  "ai/llm": enterprise(B),
  "ai/mcp": enterprise(["service", "endpoint"]),
  "async/kafka": enterprise(["agent"]),
  "auth/api-keys": enterprise(["service", "endpoint"]),
  "auth/aws-sigv4": enterprise(B),
  "auth/basic": enterprise(["service", "endpoint"]),
  "auth/gcp": enterprise(B),
  "auth/ntlm": enterprise(B),
  "backend/conditional": enterprise(B),
  "backend/grpc": enterprise(B),
  "backend/soap": enterprise(B),
  "backend/static-filesystem": enterprise(B),
  "backend/pubsub/publisher/kafka": enterprise(B),
  "backend/pubsub/subscriber/kafka": enterprise(B),
  "governance/processors": enterprise(S),
  "governance/quota": enterprise(["service", "endpoint", "backend"]),
  grpc: enterprise(S),
  "modifier/body-generator": enterprise(B),
  "modifier/jmespath": enterprise(["endpoint", "backend"]),
  "modifier/request-body-extractor": enterprise(["service", "endpoint"]),
  "modifier/request-body-extractor/early": enterprise(E),
  "modifier/request-body-generator": enterprise(["endpoint", "backend"]),
  "modifier/response-body": enterprise(["endpoint", "backend"]),
  "modifier/response-body-generator": enterprise(["endpoint", "backend"]),
  "modifier/response-headers": enterprise(["service", "endpoint"]),
  "plugin/middleware": enterprise(["endpoint", "backend"]),
  "qos/circuit-breaker/http": enterprise(B),
  "qos/ratelimit/router/redis": enterprise(E),
  "qos/ratelimit/service": enterprise(S),
  "qos/ratelimit/service/redis": enterprise(S),
  "qos/ratelimit/tiered": enterprise(["service", "endpoint"]),
  redis: enterprise(S),
  "security/policies": enterprise(["endpoint", "backend"]),
  "server/static-filesystem": enterprise(S),
  "server/virtualhost": enterprise(S),
  "validation/response-json-schema": enterprise(E),
  websocket: enterprise(E),
  workflow: enterprise(["endpoint", "backend"]),
};
