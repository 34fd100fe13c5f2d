package io.fdflux.reactor.netty;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdDomainDatagramChannel;
import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdServerDomainSocketChannel;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.poller.PollerUnavailableException;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;
import reactor.netty.FutureMono;
import reactor.netty.resources.LoopResources;

/**
 * Runs Reactor Netty's servers and clients on this transport: {@code HttpServer.create().runOn(loops)}. Servers, their
 * listeners and clients share the loops. A client that is used on a loop stays on that loop. Thread-safe.
 *
 * <p>{@code runOn(loops, false)} asks for no native transport, and gets as many loops of the JDK's NIO, and its
 * channels. So does Reactor Netty's UDP with a family, {@code runOn(loops, SocketProtocolFamily.INET)}, and everything
 * with {@code -Dreactor.netty.native=false}.
 */
public final class FdLoopResources implements LoopResources {

    /** One kind of channel: the implementation of a type that Reactor Netty asks for. */
    record Kind(Class<? extends Channel> channel, Supplier<Channel> maker) {}

    /** What Reactor Netty asks for. */
    private static final List<Class<? extends Channel>> TYPES = List.of(
            SocketChannel.class,
            ServerSocketChannel.class,
            DomainSocketChannel.class,
            ServerDomainSocketChannel.class,
            DatagramChannel.class,
            DomainDatagramChannel.class);

    private final FdLoops loops;
    /** Created on first use, because it starts every loop's thread. */
    private volatile EventLoopGroup clients;

    private final NioLoops nio;
    private final boolean daemon;
    private volatile boolean disposed;

    private FdLoopResources(FdLoops loops, String prefix, boolean daemon) {
        this.loops = loops;
        this.nio = new NioLoops(prefix, loops.count(), daemon);
        this.daemon = daemon;
    }

    /**
     * Creates loops with the best poller here, one per processor.
     *
     * @param prefix the beginning of the threads' names
     * @return the resources; the caller {@linkplain #dispose() disposes} of them
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdLoopResources create(String prefix) {
        return builder(prefix).build();
    }

    /**
     * Starts a builder of loops.
     *
     * @param prefix the beginning of the threads' names
     * @return a builder with the defaults of {@link #create}
     */
    public static Builder builder(String prefix) {
        if (Objects.requireNonNull(prefix, "prefix").isEmpty()) {
            throw new IllegalArgumentException("the prefix of the threads' names is empty");
        }
        return new Builder(prefix);
    }

    /** {@return the loops, for their counters and for {@code FdFlux} on the same threads} */
    public FdLoops loops() {
        return loops;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return useNative ? loops.group() : nio.servers();
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return useNative ? clients() : nio.clients();
    }

    private EventLoopGroup clients() {
        EventLoopGroup made = clients;
        return made != null ? made : makeClients();
    }

    private synchronized EventLoopGroup makeClients() {
        if (clients == null) {
            try {
                clients = LoopResources.colocate(loops.group());
            } catch (RejectedExecutionException e) {
                return loops.group(); // closed: the group itself refuses channels too
            }
        }
        return clients;
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        return type.cast(kind(type, group).maker().get());
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        return kind(type, group).channel().asSubclass(type);
    }

    /** Sets truncation as an event, because an exception on one long datagram would end the inbound flux. */
    private static Channel enduring(Channel channel) {
        channel.config().setOption(FdChannelOption.DATAGRAM_TRUNCATION_AS_EVENT, true);
        return channel;
    }

    private static Kind kind(Class<? extends Channel> type, EventLoopGroup group) {
        boolean nio = NioLoops.has(group);
        Kind kind = kind(type, nio);
        if (kind != null) {
            return kind;
        }
        throw new IllegalArgumentException("%s has no %s; it has %s; run this one on %s"
                .formatted(
                        nio ? "NIO" : "fdflux",
                        type.getName(),
                        TYPES.stream()
                                .filter(known -> kind(known, nio) != null)
                                .map(Class::getSimpleName)
                                .collect(Collectors.joining(", ")),
                        nio ? "fdflux: runOn(loops, true)" : "Reactor Netty's own LoopResources"));
    }

    private static Kind kind(Class<? extends Channel> type, boolean nio) {
        return nio ? NioLoops.kind(type) : kind(type);
    }

    /** No table, so that a start loads the classes of the kinds that it needs. */
    private static Kind kind(Class<? extends Channel> type) {
        if (type == SocketChannel.class) {
            return new Kind(FdSocketChannel.class, FdSocketChannel::new);
        } else if (type == ServerSocketChannel.class) {
            return new Kind(FdServerSocketChannel.class, FdServerSocketChannel::new);
        } else if (type == DomainSocketChannel.class) {
            return new Kind(FdDomainSocketChannel.class, FdDomainSocketChannel::new);
        } else if (type == ServerDomainSocketChannel.class) {
            return new Kind(FdServerDomainSocketChannel.class, FdServerDomainSocketChannel::new);
        } else if (type == DatagramChannel.class) {
            return new Kind(FdDatagramChannel.class, () -> enduring(new FdDatagramChannel()));
        } else if (type == DomainDatagramChannel.class) {
            return new Kind(FdDomainDatagramChannel.class, () -> enduring(new FdDomainDatagramChannel()));
        }
        return null;
    }

    @Override
    public boolean daemon() {
        return daemon;
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }

    /**
     * Stops the loops at subscription. A second call has no effect, and completes with the first.
     *
     * @param quietPeriod time without a task after which a loop stops
     * @param timeout     the longest time that a loop with tasks continues; not shorter than the quiet period
     * @return completes when the loops have stopped. Ends with {@link IllegalArgumentException}, and stops nothing, if
     *     a duration is negative or the timeout shorter than the quiet period
     */
    @Override
    public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
        return Mono.defer(() -> {
            Future<?> stopped = loops.close(quietPeriod, timeout);
            disposed = true;
            nio.close(quietPeriod, timeout);
            return Mono.when(done(stopped), done(nio.terminationFuture()));
        });
    }

    @SuppressWarnings("unchecked") // the future never has a value
    private static Mono<Void> done(Future<?> future) {
        return FutureMono.from((Future<Void>) future);
    }

    /** Builds {@link FdLoopResources}. One thread at a time. */
    public static final class Builder {

        private final FdLoops.Builder loops = FdLoops.builder();
        private final String prefix;
        private boolean daemon = true;

        private Builder(String prefix) {
            this.prefix = prefix;
            loops.name(prefix);
        }

        /**
         * Sets the number of loops.
         *
         * @param count positive; the default is the number of processors
         * @return this
         */
        public Builder loops(int count) {
            loops.loops(count);
            return this;
        }

        /**
         * The old name of {@link #loops}.
         *
         * @param count positive
         * @return this
         * @deprecated use {@link #loops}
         */
        @Deprecated(forRemoval = true)
        public Builder workers(int count) {
            return loops(count);
        }

        /**
         * Sets the poller.
         *
         * @param name a key of {@link io.fdflux.poller.Pollers#availability()}; null or empty for the default
         * @return this
         */
        public Builder poller(String name) {
            loops.poller(name);
            return this;
        }

        /**
         * Sets whether the threads are daemons, which let the JVM exit.
         *
         * @param value true by default
         * @return this
         */
        public Builder daemon(boolean value) {
            daemon = value;
            loops.daemon(value);
            return this;
        }

        /**
         * Sets how long a loop that has nothing to do polls before it blocks, see {@link FdLoops.Builder#busyPoll}.
         *
         * @param longest some 50 µs; zero for never, null for the default
         * @return this
         */
        public Builder busyPoll(Duration longest) {
            loops.busyPoll(longest);
            return this;
        }

        /**
         * Creates the resources.
         *
         * @return the resources; the caller disposes of them
         * @throws PollerUnavailableException if the poller is unknown or cannot run here
         */
        public FdLoopResources build() {
            return new FdLoopResources(loops.build(), prefix, daemon);
        }
    }
}
