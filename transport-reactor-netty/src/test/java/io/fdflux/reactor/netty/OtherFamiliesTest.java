package io.fdflux.reactor.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Fork;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.inet.FamilyChoice;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** Reactor Netty in a JVM whose sockets follow the address, as on NetBSD and OpenBSD. */
@OnEveryPoller
class OtherFamiliesTest {

    /** Runs in a JVM of its own, because the setting is read once. */
    static final class Serves {
        private Serves() {}

        public static void main(String[] arguments) {
            FdLoopResources loops = FdLoopResources.builder("test").loops(1).build();
            for (String host : List.of("127.0.0.1", "::1")) {
                DisposableServer server = HttpServer.create()
                        .runOn(loops)
                        .bindAddress(() -> new InetSocketAddress(host, 0))
                        .handle((request, response) -> response.sendString(Mono.just(host)))
                        .bindNow();
                String body = HttpClient.create()
                        .runOn(loops)
                        .remoteAddress(server::address)
                        .get()
                        .uri("/")
                        .responseContent()
                        .aggregate()
                        .asString()
                        .block();
                System.out.println(FamilyChoice.current() + " " + body);
                server.disposeNow();
            }
            loops.dispose();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ipv4-apart", "by-address"})
    void reactorNettyServesBoth(String families) throws Exception {
        String choice = FamilyChoice.of(families, null).name();
        try (Fork fork = new Fork(List.of("-D" + FamilyChoice.PROPERTY + "=" + families), Serves.class, 1024)) {
            assertThat(fork.line()).isEqualTo(choice + " 127.0.0.1");
            assertThat(fork.line()).isEqualTo(choice + " ::1");
        }
    }
}
