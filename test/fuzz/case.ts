// A random case: a configuration, what its backends answer, and requests. The form is that of the
// recorded cases in fixtures/oracle, so a case that is found can be kept there.
import type { OwnReply } from "../../fixtures/oracle/backend.mjs";

/** The keys of a backend that the generator knows. */
export interface CaseBackend {
  url_pattern: string;
  [key: string]: unknown;
}

/** The keys of an endpoint that the generator knows. */
export interface CaseEndpoint {
  endpoint: string;
  method?: string;
  backend: CaseBackend[];
  [key: string]: unknown;
}

export interface CaseConfig {
  version: 3;
  timeout: string;
  /** `{{backend}}` stands for the mock upstream. */
  host: string[];
  endpoints: CaseEndpoint[];
  [key: string]: unknown;
}

export interface CaseRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface CaseStep {
  request: CaseRequest;
  /** How often a backend is called is left to chance. */
  ignore_upstream?: boolean;
}

export interface FuzzCase {
  name: string;
  config: CaseConfig;
  upstream: Record<string, OwnReply>;
  steps: CaseStep[];
}
