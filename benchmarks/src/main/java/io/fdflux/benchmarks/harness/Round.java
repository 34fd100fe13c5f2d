package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.JvmResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One server JVM of each transport. All are started and warmed up; then they are measured in turns, run by run, forth
 * and back, so that a drift of the machine within seconds meets all of them.
 */
final class Round implements AutoCloseable {

    /** A step of one measurement. */
    private interface Step {
        void of(Transport transport, Measurement measurement)
                throws IOException, InterruptedException, UnavailableException;
    }

    private final Map<Transport, Measurement> open = new LinkedHashMap<>();
    private final Map<Transport, JvmResult> results = new LinkedHashMap<>();
    private final Map<Transport, String> unavailable = new LinkedHashMap<>();

    /** Adds a transport. Its measurement is closed with this round. */
    void add(Transport transport, Measurement measurement) {
        open.put(transport, measurement);
    }

    void measure(int runs) throws IOException, InterruptedException {
        forEach(transports(), (_, measurement) -> measurement.start());
        for (int run = 0; run < runs; run++) {
            List<Transport> turns = transports();
            forEach(run % 2 == 0 ? turns : turns.reversed(), (_, measurement) -> measurement.run());
        }
        forEach(transports(), (transport, measurement) -> results.put(transport, measurement.finish()));
    }

    private List<Transport> transports() {
        return new ArrayList<>(open.keySet());
    }

    /** What fails, or cannot run here, takes no further part. */
    private void forEach(List<Transport> transports, Step step) throws IOException, InterruptedException {
        for (Transport transport : transports) {
            try {
                step.of(transport, open.get(transport));
            } catch (UnavailableException e) {
                unavailable.put(transport, e.getMessage());
                open.remove(transport).close();
            } catch (MeasurementException e) {
                results.put(transport, JvmResult.failed(e.getMessage()));
                open.remove(transport).close();
            }
        }
    }

    /** {@return what was measured, failures included} */
    Map<Transport, JvmResult> results() {
        return results;
    }

    /** {@return why a transport cannot run here} */
    Map<Transport, String> unavailable() {
        return unavailable;
    }

    @Override
    public void close() throws IOException {
        for (Measurement measurement : open.values()) {
            measurement.close();
        }
    }
}
