package io.fdflux.vertx;

import static io.fdflux.vertx.VertxInstance.get;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.poller.Pollers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.impl.transports.NioTransport;
import io.vertx.core.transport.Transport;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The jar is there, and an application builds its Vert.x as ever. */
@OnEveryPoller
class ServiceProviderTest {

    private static final String HOST = "127.0.0.1";

    private final Logger logger = (Logger) LoggerFactory.getLogger(FdVertxServiceProvider.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Vertx vertx;

    @BeforeEach
    void readTheLog() {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        if (vertx != null) {
            get(vertx.close());
        }
    }

    private List<String> lines() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** A request and its answer, over a server and a client of the instance. */
    private void askForHello() {
        HttpServer server = get(vertx.createHttpServer()
                .requestHandler(request -> request.response().end("hello"))
                .listen(0, HOST));
        HttpClient client = vertx.createHttpClient();
        assertThat(get(client.request(HttpMethod.GET, server.actualPort(), HOST, "/")
                        .compose(request -> request.send())
                        .compose(HttpClientResponse::body)))
                .hasToString("hello");
    }

    @Test
    void serversAndClientsRunOnTheLoops() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        askForHello();
        FdTransport transport = FdTransport.of(vertx).orElseThrow();
        assertThat(transport.total(Counter.ACCEPTED)).isEqualTo(1);
        Set<Class<?>> channels = new HashSet<>();
        transport.loops().forEach(loops -> channels.addAll(Loops.channelsOf(loops.group())));
        assertThat(channels).contains(FdServerSocketChannel.class, FdSocketChannel.class);
        assertThat(vertx.isNativeTransportEnabled()).isTrue();
        assertThat(lines())
                .containsExactly("fdflux: poller %s, 2 event loops for Vert.x"
                        .formatted(Pollers.select("").name()));
    }

    @Test
    void anApplicationThatPrefersANativeTransportGetsThisOne() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        askForHello();
        assertThat(FdTransport.of(vertx)).isPresent();
    }

    @Test
    void aPropertySwitchesItOff() {
        System.setProperty(FdVertxServiceProvider.PROPERTY, "false");
        try {
            vertx = Vertx.vertx();
        } finally {
            System.clearProperty(FdVertxServiceProvider.PROPERTY);
        }
        askForHello();
        assertThat(FdTransport.of(vertx)).isEmpty();
        assertThat(vertx.isNativeTransportEnabled()).isFalse();
        assertThat(lines()).isEmpty();
    }

    @Test
    void aTransportOfTheApplicationsStays() {
        vertx = Vertx.builder().withTransport(new OwnTransport(true)).build();
        askForHello();
        assertThat(FdTransport.of(vertx)).isEmpty();
        assertThat(lines()).isEmpty();
    }

    /** As Netty's epoll, whose classes are there without its library. */
    @Test
    void oneThatCannotRunIsReplacedIfAnyNativeOneWillDo() {
        OwnTransport own = new OwnTransport(false);
        vertx = Vertx.builder()
                .with(new VertxOptions().setPreferNativeTransport(true))
                .withTransport(own)
                .build();
        assertThat(FdTransport.of(vertx)).isPresent();
        get(vertx.close());
        vertx = Vertx.builder().withTransport(own).build();
        assertThat(FdTransport.of(vertx)).isEmpty();
    }

    @Test
    void aTransportOfFdfluxThatTheApplicationHasMadeStays() {
        FdTransport own = FdTransport.create();
        vertx = Vertx.builder().withTransport(own).build();
        askForHello();
        assertThat(own.total(Counter.ACCEPTED)).isEqualTo(1);
        assertThat(lines()).isEmpty();
    }

    @Test
    void withoutAPollerOneLineSaysWhyAndVertxRunsOnNio() {
        String poller = System.getProperty(Pollers.PROPERTY);
        System.setProperty(Pollers.PROPERTY, "devpoll");
        try {
            vertx = Vertx.vertx();
        } finally {
            if (poller == null) {
                System.clearProperty(Pollers.PROPERTY);
            } else {
                System.setProperty(Pollers.PROPERTY, poller);
            }
        }
        askForHello();
        assertThat(FdTransport.of(vertx)).isEmpty();
        assertThat(vertx.unavailableNativeTransportCause()).hasMessageContaining("devpoll");
        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("fdflux: Vert.x runs on NIO. ")
                .contains("devpoll");
    }

    /** Not the instance that Vert.x takes by default. */
    private static final class OwnTransport implements Transport {

        private final boolean available;

        OwnTransport(boolean available) {
            this.available = available;
        }

        @Override
        public String name() {
            return "own";
        }

        @Override
        public boolean available() {
            return available;
        }

        @Override
        public Throwable unavailabilityCause() {
            return null;
        }

        @Override
        public io.vertx.core.spi.transport.Transport implementation() {
            return new NioTransport() {
                @Override
                public boolean isAvailable() {
                    return available;
                }
            };
        }
    }
}
