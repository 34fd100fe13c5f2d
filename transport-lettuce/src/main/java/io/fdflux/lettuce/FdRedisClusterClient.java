package io.fdflux.lettuce;

import io.fdflux.FdLoops;
import io.fdflux.poller.PollerUnavailableException;
import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.resource.ClientResources;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/**
 * Lettuce's client of a Redis cluster on the channels of fdflux. Threads, ownership and what is Lettuce's are those of
 * {@link FdRedisClient}.
 */
public final class FdRedisClusterClient extends RedisClusterClient {

    private final ClientLoops loops;

    private FdRedisClusterClient(ClientLoops loops, ClientResources resources, Iterable<RedisURI> uris) {
        super(resources, uris);
        this.loops = loops;
    }

    /**
     * Creates a client on loops and resources of its own.
     *
     * @param uri of one or more nodes, such as {@code redis://one:6379,two:6379}
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClusterClient create(String uri) {
        return create(uris(uri));
    }

    /**
     * Creates a client on loops and resources of its own.
     *
     * @param uri of a node
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClusterClient create(RedisURI uri) {
        return create(List.of(uri));
    }

    /**
     * Creates a client on loops and resources of its own.
     *
     * @param uris of nodes, at least one
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClusterClient create(Iterable<RedisURI> uris) {
        return new FdRedisClusterClient(ClientLoops.owned(), null, uris);
    }

    /**
     * Creates a client on loops of its own.
     *
     * @param resources shared with others; the caller shuts them down after the client
     * @param uri       of one or more nodes
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClusterClient create(ClientResources resources, String uri) {
        return create(resources, uris(uri));
    }

    /**
     * Creates a client on loops of its own.
     *
     * @param resources shared with others; the caller shuts them down after the client
     * @param uri       of a node
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClusterClient create(ClientResources resources, RedisURI uri) {
        return create(resources, List.of(uri));
    }

    /**
     * Creates a client on loops of its own.
     *
     * @param resources shared with others; the caller shuts them down after the client
     * @param uris      of nodes, at least one
     * @return the client; the caller shuts it down
     * @throws PollerUnavailableException if no poller can run here
     */
    public static FdRedisClusterClient create(ClientResources resources, Iterable<RedisURI> uris) {
        return new FdRedisClusterClient(ClientLoops.owned(), Objects.requireNonNull(resources, "resources"), uris);
    }

    /**
     * Creates a client on given loops, with resources of its own.
     *
     * @param loops of others, too; the caller closes them after the client
     * @param uri   of one or more nodes
     * @return the client; the caller shuts it down
     */
    public static FdRedisClusterClient create(FdLoops loops, String uri) {
        return new FdRedisClusterClient(ClientLoops.shared(loops), null, uris(uri));
    }

    /**
     * Creates a client on given loops and resources.
     *
     * @param loops     of others, too; the caller closes them after the client
     * @param resources shared with others; the caller shuts them down after the client
     * @param uris      of nodes, at least one
     * @return the client; the caller shuts it down
     */
    public static FdRedisClusterClient create(FdLoops loops, ClientResources resources, Iterable<RedisURI> uris) {
        return new FdRedisClusterClient(
                ClientLoops.shared(loops), Objects.requireNonNull(resources, "resources"), uris);
    }

    private static List<RedisURI> uris(String uri) {
        return RedisClusterURIUtil.toRedisURIs(URI.create(uri));
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
