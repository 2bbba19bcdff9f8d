// Property tests run with the same seed every time, so that a change fails for what it changed. With
// `GWC_SEED=random` they explore; a number repeats what was found.
import fc from "fast-check";

const wanted = process.env.GWC_SEED ?? "20240229";
if (wanted !== "random") fc.configureGlobal({ seed: Number(wanted) });

// Units are tested as one thread has them, also where Node can share a port between threads.
process.env.GWC_WORKERS ??= "1";
