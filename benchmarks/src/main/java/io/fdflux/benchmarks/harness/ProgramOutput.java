package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.result.Load;
import io.fdflux.benchmarks.result.ServerUse;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what the programs of this module print. */
final class ProgramOutput {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private ProgramOutput() {}

    /** Reads the line {@code STATS} of a server. */
    static ServerUse serverUse(String json) {
        JsonNode stats = MAPPER.readTree(json);
        Map<String, Long> counters = new LinkedHashMap<>();
        stats.path("counters")
                .properties()
                .forEach(counter ->
                        counters.put(counter.getKey(), counter.getValue().asLong()));
        return new ServerUse(
                stats.path("loopCpuNanos").asLong(),
                stats.path("processCpuNanos").asLong(),
                stats.path("loopAllocatedBytes").asLong(0),
                stats.path("rssBytes").asLong(),
                stats.path("operations").asLong(0),
                counters);
    }

    /** Reads the answer of a sender: {@code RESULT}, {@code UNAVAILABLE} or {@code FAILED}. */
    static Load load(String output) throws UnavailableException {
        for (String line : output.lines().toList()) {
            if (line.startsWith("UNAVAILABLE")) {
                throw new UnavailableException(
                        line.substring("UNAVAILABLE".length()).strip());
            }
            if (line.startsWith("FAILED ")) {
                throw new MeasurementException("the sender failed: " + line.substring("FAILED ".length()));
            }
            if (line.startsWith("RESULT ")) {
                return result(MAPPER.readTree(line.substring("RESULT ".length())));
            }
        }
        throw new MeasurementException("the sender printed no RESULT:\n" + output);
    }

    private static Load result(JsonNode result) {
        String histogram = result.required("histogram").asString();
        double seconds = result.required("seconds").asDouble();
        return new Load(
                result.required("operations").asLong(),
                seconds,
                result.path("errors").asLong(),
                Latencies.corrected(
                        decoded(histogram), seconds, result.required("inFlight").asInt()),
                histogram);
    }

    private static Histogram decoded(String compressed) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(compressed)), 0);
        } catch (DataFormatException e) {
            throw new MeasurementException("the sender's histogram cannot be read: " + e.getMessage());
        }
    }
}
