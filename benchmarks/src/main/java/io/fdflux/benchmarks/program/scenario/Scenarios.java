package io.fdflux.benchmarks.program.scenario;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** The scenarios by name. A scenario's classes are loaded when it is asked for. */
public final class Scenarios {

    private static final Map<String, Supplier<Scenario>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("keep-alive-1", HelloScenario::onLoopback);
        BY_NAME.put("keep-alive-64", HelloScenario::onLoopback);
        BY_NAME.put("keep-alive-256", HelloScenario::onLoopback);
        BY_NAME.put("connection-per-request-wildcard", HelloScenario::onWildcard);
        BY_NAME.put("connection-per-request-loopback", HelloScenario::onLoopback);
        BY_NAME.put("sse-100", SseScenario::new);
        BY_NAME.put("webflux-ndjson-100", NdjsonScenario::new);
        BY_NAME.put("http2-50", Http2Scenario::new);
        BY_NAME.put("http2-100", Http2Scenario::new);
        BY_NAME.put("http2-single", Http2Scenario::new);
        BY_NAME.put("gateway", GatewayScenario::new);
        BY_NAME.put("spring-cloud-gateway", SpringCloudGatewayScenario::new);
        BY_NAME.put("websocket-fanout", FanOutScenario::new);
        BY_NAME.put("body-down-1m", DownloadScenario::new);
        BY_NAME.put("body-up-1m", UploadScenario::new);
        BY_NAME.put("sendfile-1m", SendfileScenario::new);
        BY_NAME.put("upload-one-at-a-time", OneAtATimeScenario::new);
        BY_NAME.put("tls-jdk", TlsScenario::jdk);
        BY_NAME.put("tls-boringssl", TlsScenario::boringSsl);
        BY_NAME.put("idle-1", HelloScenario::onLoopback);
        BY_NAME.put("idle-1000", HelloScenario::onLoopback);
        BY_NAME.put("idle-20000", HelloScenario::onLoopback);
        BY_NAME.put("fdflux-echo", EchoScenario::new);
        BY_NAME.put("udp-echo", UdpEchoScenario::new);
        BY_NAME.put("pipe", PipeScenario::new);
        BY_NAME.put("file-read", FileReadScenario::new);
        BY_NAME.put("start-up", HelloScenario::onLoopback);
    }

    private Scenarios() {}

    /** {@return the names, in the order of reports} */
    public static Set<String> names() {
        return BY_NAME.keySet();
    }

    /**
     * Finds a scenario.
     *
     * @param name one of {@link #names()}
     * @return its server, not started
     * @throws IllegalArgumentException if there is none of the name
     */
    public static Scenario named(String name) {
        Supplier<Scenario> scenario = BY_NAME.get(name);
        if (scenario == null) {
            throw new IllegalArgumentException(
                    "no scenario is named " + name + "; there are " + String.join(", ", names()));
        }
        return scenario.get();
    }
}
