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
final class StartUpMeasurement implements Measurement {

    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final Transport transport;
    private final Workbench workbench;
    private final Path log;
    private final Path folder;
    private final Path cache;
    private final List<Double> plain = new ArrayList<>();
    private final List<Double> cached = new ArrayList<>();
    private String noCache;

    StartUpMeasurement(Transport transport, Workbench workbench, Path log) throws IOException {
        this.transport = transport;
        this.workbench = workbench;
        this.log = log;
        this.folder = Files.createTempDirectory("fdflux-benchmark");
        this.cache = folder.resolve("server.aot");
    }

    /** One start of each kind brings the files into the page cache. */
    @Override
    public void start() throws IOException, InterruptedException, UnavailableException {
        start(List.of(), false);
        noCache = train();
        if (noCache == null) {
            start(withCache(), false);
        }
    }

    @Override
    public void run() throws IOException, InterruptedException, UnavailableException {
        plain.add(start(List.of(), false));
        if (noCache == null) {
            cached.add(start(withCache(), false));
        }
    }

    @Override
    public JvmResult finish() {
        return new JvmResult(List.of(), List.of(), null, new StartUp(plain, cached, noCache), null);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(cache);
        Files.delete(folder);
    }

    private List<String> withCache() {
        return List.of("-XX:AOTCache=" + cache);
    }

    /** {@return why there is no cache, or null} */
    private String train() throws IOException, InterruptedException, UnavailableException {
        try {
            start(List.of("-XX:AOTCacheOutput=" + cache), true);
        } catch (MeasurementException e) {
            return e.getMessage();
        }
        return Files.exists(cache) ? null : "the training run wrote no AOT cache" + Command.end(log);
    }

    private double start(List<String> flags, boolean training)
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
            awaitAnswer(process, port, start);
            double millis = (System.nanoTime() - start) / 1e6;
            if (training && !process.waitFor(PATIENCE, TimeUnit.NANOSECONDS)) {
                throw new MeasurementException("the training run did not end" + Command.end(log));
            }
            return millis;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private void awaitAnswer(Process process, int port, long start)
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
