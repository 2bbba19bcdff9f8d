-- What wrk tells the bench: one line of JSON, latencies in ms.
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "JSON {\"requests\":%d,\"seconds\":%.6f,\"broken\":%d,\"bad\":%d,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f}\n",
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000))
end
