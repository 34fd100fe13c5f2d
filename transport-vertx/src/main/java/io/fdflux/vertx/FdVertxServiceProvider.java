package io.fdflux.vertx;

import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.transport.Transport;

/**
 * Runs each Vert.x of the JVM on this transport, because its jar is there. Vert.x finds this by {@code ServiceLoader},
 * and calls it in the thread that builds an instance. One line in the log says what came of it.
 *
 * <p>A transport that the application has chosen stays. NIO is Vert.x's default and looks alike when it is chosen, so
 * that needs the property {@value #PROPERTY}, set to false.
 */
public final class FdVertxServiceProvider implements VertxServiceProvider {

    /** The system property that keeps Vert.x on its own transport, if it is {@code false}. */
    public static final String PROPERTY = "fdflux.vertx.enabled";

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(FdVertxServiceProvider.class);

    /** In Vert.x since the transport interface that {@link LoopTransport} implements: since 5.2. */
    private static final String FITTING = "io.vertx.core.net.TcpConfig";

    private static final String DOES_NOT_FIT = "fdflux: this version of Vert.x does not fit; 5.2 does.";

    /**
     * For {@code ServiceLoader}.
     *
     * @throws UnsupportedOperationException on Vert.x 4, which would fail to call this without telling why
     */
    public FdVertxServiceProvider() {
        if (!has("io.vertx.core.internal.VertxBootstrap")) {
            throw new UnsupportedOperationException(
                    DOES_NOT_FIT + " Leave fdflux-transport-vertx out, or update Vert.x.");
        }
    }

    @Override
    public void init(VertxBootstrap vertx) {
        if (!SystemPropertyUtil.getBoolean(PROPERTY, true)) {
            return;
        }
        if (!has(FITTING)) {
            LOGGER.warn(DOES_NOT_FIT + " It stays on its own transport.");
            return;
        }
        if (isChosen(vertx)) {
            return;
        }
        FdTransport transport = FdTransport.create();
        vertx.transport(transport.implementation()); // if it cannot run, Vert.x tells why, and runs on NIO
        if (transport.available()) {
            int loops = vertx.options().getEventLoopPoolSize();
            LOGGER.info(
                    "fdflux: poller {}, {} event loop{} for Vert.x", transport.poller(), loops, loops == 1 ? "" : "s");
        } else {
            LOGGER.warn(
                    "fdflux: Vert.x runs on NIO. {}",
                    transport.unavailabilityCause().getMessage());
        }
    }

    /**
     * {@return whether the application has chosen a transport} An application that prefers a native one without
     * choosing has not, if Netty's are absent.
     */
    private static boolean isChosen(VertxBootstrap vertx) {
        Transport given = vertx.transport();
        if (given == null || given == io.vertx.core.transport.Transport.NIO.implementation()) {
            return false;
        }
        return given.isAvailable() || !vertx.options().getPreferNativeTransport();
    }

    private static boolean has(String type) {
        try {
            Class.forName(type, false, VertxServiceProvider.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
