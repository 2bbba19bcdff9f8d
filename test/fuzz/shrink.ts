// A case that differs -> the smallest case that still does: parts are taken away, one after the other.
import type { FuzzCase } from "./case.js";

/** Cases with one thing less, the largest things first. */
function* smaller(fuzzCase: FuzzCase): Generator<FuzzCase> {
  const { steps, config } = fuzzCase;
  if (steps.length > 1)
    for (const index of steps.keys()) yield { ...fuzzCase, steps: steps.filter((_step, at) => at === index) };
  for (const [index] of config.endpoints.entries()) {
    const endpoints = config.endpoints.filter((_each, at) => at !== index);
    if (endpoints.length > 0) yield { ...fuzzCase, config: { ...config, endpoints } };
  }
  for (const part of withoutParts(config, 0)) yield { ...fuzzCase, config: part as FuzzCase["config"] };
  for (const part of withoutParts(fuzzCase.upstream, 0))
    yield { ...fuzzCase, upstream: part as FuzzCase["upstream"] };
  for (const part of withoutParts(steps, 0)) {
    if ((part as FuzzCase["steps"]).every((step) => step?.request?.path !== undefined && step.request.method))
      yield { ...fuzzCase, steps: part as FuzzCase["steps"] };
  }
}

const NEEDED = new Set(["version", "host", "endpoints", "endpoint", "backend", "url_pattern", "timeout"]);
const MOST_DEPTH = 8;

/** The value without one of its members, at any depth. */
function* withoutParts(value: unknown, depth: number): Generator<unknown> {
  if (typeof value !== "object" || value === null || depth > MOST_DEPTH) return;
  if (Array.isArray(value)) {
    if (value.length > 1) for (const index of value.keys()) yield value.filter((_item, at) => at !== index);
    for (const [index, item] of value.entries())
      for (const part of withoutParts(item, depth + 1)) yield value.with(index, part);
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (!NEEDED.has(key)) {
      const { [key]: _gone, ...rest } = value as Record<string, unknown>;
      yield rest;
    }
    for (const part of withoutParts(member, depth + 1)) yield { ...value, [key]: part };
  }
}

/** Shrinks as long as `differs` says so, and at most so many tries. */
export async function shrink(
  fuzzCase: FuzzCase,
  differs: (smaller: FuzzCase) => Promise<boolean>,
  tries = 200,
): Promise<FuzzCase> {
  let smallest = fuzzCase;
  let left = tries;
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const candidate of smaller(smallest)) {
      left -= 1;
      if (left < 0) break;
      if (!(await differs(candidate))) continue;
      smallest = candidate;
      found = true;
      break;
    }
  }
  return smallest;
}
