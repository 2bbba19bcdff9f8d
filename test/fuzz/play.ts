// Plays a case against a gateway: one mock upstream, one gateway, one request after the other.
import { type OracleBackend, startBackend } from "../../fixtures/oracle/backend.mjs";
import type { CaseConfig, CaseRequest, FuzzCase } from "./case.js";
import { clientView, type Seen, type StepView, upstreamView } from "./views.js";

/** A gateway that serves. */
export interface Running {
  ask(request: CaseRequest): Promise<Seen>;
  stop(): Promise<unknown>;
}

/** Something that serves configurations. */
export interface Engine {
  readonly name: string;
  start(config: CaseConfig): Promise<Running>;
}

/** What both sides saw of every step, or why there was nothing to see. */
export async function play(fuzzCase: FuzzCase, engine: Engine): Promise<readonly StepView[] | string> {
  const backend = await startBackend();
  backend.setOwn(fuzzCase.upstream);
  const config = JSON.parse(
    JSON.stringify(fuzzCase.config).replaceAll("{{backend}}", backend.url),
  ) as CaseConfig;
  try {
    const running = await engine.start(config);
    try {
      return await playSteps(fuzzCase, running, backend);
    } finally {
      await running.stop();
    }
  } catch (fault) {
    return String(fault);
  } finally {
    await backend.close();
  }
}

/** Whether the endpoint that a step may reach calls backends aside. */
function isAside({ config }: FuzzCase, { request }: FuzzCase["steps"][0]): boolean {
  const wanted = config.endpoints.filter(({ endpoint }) =>
    request.path.toLowerCase().includes(endpoint.split("/")[1]!),
  );
  return JSON.stringify(wanted).includes('"shadow":true');
}

async function playSteps(
  fuzzCase: FuzzCase,
  running: Running,
  backend: OracleBackend,
): Promise<readonly StepView[]> {
  const views: StepView[] = [];
  backend.reset();
  for (const step of fuzzCase.steps) {
    const seen = await running.ask(step.request);
    // A call whose answer nobody waits for may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, isAside(fuzzCase, step) ? 150 : 5));
    const calls = backend.takeLog();
    const scrub = (text: string): string => text.replaceAll(backend.url, "http://BACKEND");
    views.push({
      client: scrub(clientView(seen)),
      upstream: step.ignore_upstream === true ? "" : scrub(upstreamView(calls)),
    });
  }
  return views;
}
