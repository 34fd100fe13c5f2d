package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.JvmResult;
import io.fdflux.benchmarks.result.StartUp;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Measures the time from the start of a JVM to its first answer, without and with an AOT cache (JEP 483, 514). */
final class StartUpMeasurement {

    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final Transport transport;
    private final Workbench workbench;
    private final Options options;

    StartUpMeasurement(Transport transport, Workbench workbench, Options options) {
        this.transport = transport;
        this.workbench = workbench;
        this.options = options;
    }

    JvmResult measure(Path log) throws IOException, InterruptedException, UnavailableException {
        Path folder = Files.createTempDirectory("fdflux-benchmark");
        Path cache = folder.resolve("server.aot");
        try {
            List<Double> plain = starts(List.of(), log);
            String noCache = train(cache, log);
            List<Double> cached = noCache == null ? starts(List.of("-XX:AOTCache=" + cache), log) : List.of();
            return new JvmResult(List.of(), List.of(), null, new StartUp(plain, cached, noCache), null);
        } finally {
            Files.deleteIfExists(cache);
            Files.delete(folder);
        }
    }

    private List<Double> starts(List<String> flags, Path log)
            throws IOException, InterruptedException, UnavailableException {
        List<Double> millis = new ArrayList<>();
        start(flags, false, log); // brings the files into the page cache
        for (int i = 0; i < options.runs(); i++) {
            millis.add(start(flags, false, log));
        }
        return millis;
    }

    /** {@return why there is no cache, or null} */
    private String train(Path cache, Path log) throws IOException, InterruptedException, UnavailableException {
        try {
            start(List.of("-XX:AOTCacheOutput=" + cache), true, log);
        } catch (MeasurementException e) {
            return e.getMessage();
        }
        return Files.exists(cache) ? null : "the training run wrote no AOT cache" + Command.end(log);
    }

    private double start(List<String> flags, boolean training, Path log)
            throws IOException, InterruptedException, UnavailableException {
        int port = FreePort.find();
        List<String> command =
                workbench.pinning().server(workbench.programs().startUp(transport, port, flags, training));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        long start = System.nanoTime();
        Process process = builder.start();
        try {
            awaitAnswer(process, port, start, log);
            double millis = (System.nanoTime() - start) / 1e6;
            if (training && !process.waitFor(PATIENCE, TimeUnit.NANOSECONDS)) {
                throw new MeasurementException("the training run did not end" + Command.end(log));
            }
            return millis;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void awaitAnswer(Process process, int port, long start, Path log)
            throws IOException, InterruptedException, UnavailableException {
        while (!answers(port)) {
            if (!process.isAlive()) {
                String end = Command.end(log);
                int unavailable = end.lastIndexOf("UNAVAILABLE ");
                if (unavailable >= 0) {
                    throw new UnavailableException(
                            end.substring(unavailable + "UNAVAILABLE ".length()).strip());
                }
                throw new MeasurementException("the server ended before it answered" + end);
            }
            if (System.nanoTime() - start > PATIENCE) {
                throw new MeasurementException("the server did not answer in 60 s" + Command.end(log));
            }
            TimeUnit.MICROSECONDS.sleep(200);
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(REQUEST);
            InputStream answer = socket.getInputStream();
            return new String(answer.readNBytes(12), StandardCharsets.US_ASCII).equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false; // it does not listen yet
        }
    }
}
