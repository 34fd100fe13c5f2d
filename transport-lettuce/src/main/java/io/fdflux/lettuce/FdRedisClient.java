package io.fdflux.lettuce;

import io.fdflux.FdLoops;
import io.fdflux.poller.PollerUnavailableException;
import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/**
 * Lettuce's client of a Redis server, of a primary with replicas, or of sentinels, on the channels of fdflux: TCP, TLS,
 * and Unix-domain sockets without Netty's native transports. Thread-safe, as its superclass.
 *
 * <p>Its connections run on the loops, and its DNS lookups do, too. An {@code AddressResolverGroup} that the
 * {@link ClientResources} were built with is used instead. All else in the resources is Lettuce's: timer, computation
 * threads, metrics. Their threads for I/O are not used, nor started.
 *
 * <p>The loops of {@code create} without loops, one per processor, end with the client. Loops and resources that were
 * given outlive it. {@link #shutdownAsync()} closes its connections and the sockets of its DNS resolvers, and completes
 * when the loops that it owns have stopped.
 *
 * <p>Lettuce's synchronous commands block their caller, and so do {@code connect} methods. On a loop of the client such
 * a call waits for its own thread, and fails by its timeout. So do not give a web server's loops to a client whose
 * callers block.
 *
 * <p>Of {@code SocketOptions}, the times of the keep-alive are always set, and the TCP user timeout needs no native
 * transport of Netty.
 */
public final class FdRedisClient extends RedisClient {

    private final ClientLoops loops;

    FdRedisClient(ClientLoops loops, ClientResources resources, RedisURI uri) {
        super(resources, Objects.requireNonNull(uri, "uri"));
        this.loops = loops;
    }

    /**
     * Creates a client whose {@code connect} methods are given their URI, on loops and resources of its own.
     *
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClient create() {
        return create(new RedisURI());
    }

    /**
     * Creates a client on loops and resources of its own.
     *
     * @param uri such as {@code redis://localhost}
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClient create(String uri) {
        return create(RedisURI.create(uri));
    }

    /**
     * Creates a client on loops and resources of its own.
     *
     * @param uri of the server
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClient create(RedisURI uri) {
        return new FdRedisClient(ClientLoops.owned(), null, uri);
    }

    /**
     * Creates a client whose {@code connect} methods are given their URI, on loops of its own.
     *
     * @param resources shared with others; the caller shuts them down after the client
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClient create(ClientResources resources) {
        return create(resources, new RedisURI());
    }

    /**
     * Creates a client on loops of its own.
     *
     * @param resources shared with others; the caller shuts them down after the client
     * @param uri       such as {@code redis://localhost}
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClient create(ClientResources resources, String uri) {
        return create(resources, RedisURI.create(uri));
    }

    /**
     * Creates a client on loops of its own.
     *
     * @param resources shared with others; the caller shuts them down after the client
     * @param uri       of the server
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClient create(ClientResources resources, RedisURI uri) {
        return new FdRedisClient(ClientLoops.owned(), Objects.requireNonNull(resources, "resources"), uri);
    }

    /**
     * Creates a client on given loops, with resources of its own.
     *
     * @param loops of others, too; the caller closes them after the client
     * @param uri   such as {@code redis://localhost}
     * @return the client; the caller shuts it down
     */
    public static FdRedisClient create(FdLoops loops, String uri) {
        return create(loops, RedisURI.create(uri));
    }

    /**
     * Creates a client on given loops, with resources of its own.
     *
     * @param loops of others, too; the caller closes them after the client
     * @param uri   of the server
     * @return the client; the caller shuts it down
     */
    public static FdRedisClient create(FdLoops loops, RedisURI uri) {
        return new FdRedisClient(ClientLoops.shared(loops), null, uri);
    }

    /**
     * Creates a client on given loops and resources.
     *
     * @param loops     of others, too; the caller closes them after the client
     * @param resources shared with others; the caller shuts them down after the client
     * @param uri       of the server; an empty {@code new RedisURI()} if {@code connect} methods are given theirs
     * @return the client; the caller shuts it down
     */
    public static FdRedisClient create(FdLoops loops, ClientResources resources, RedisURI uri) {
        return new FdRedisClient(ClientLoops.shared(loops), Objects.requireNonNull(resources, "resources"), uri);
    }

    @Override
    protected void connectionBuilder(
            Mono<SocketAddress> addresses, ConnectionBuilder builder, ConnectionEvents events, RedisURI uri) {
        super.connectionBuilder(addresses, new LoopConnectionBuilder(builder, loops), events, uri);
    }

    @Override
    public CompletableFuture<Void> shutdownAsync(long quietPeriod, long timeout, TimeUnit unit) {
        return loops.closeAfter(super.shutdownAsync(quietPeriod, timeout, unit), quietPeriod, timeout, unit);
    }
}
