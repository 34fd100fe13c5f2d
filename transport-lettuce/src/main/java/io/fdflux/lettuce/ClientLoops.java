package io.fdflux.lettuce;

import static io.netty.resolver.dns.DnsServerAddressStreamProviders.platformDefault;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DefaultDnsCnameCache;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The loops of one client, and the DNS resolver on them. Thread-safe. */
final class ClientLoops {

    private static final String THREADS = "fdflux-redis";

    private final FdLoops loops;
    private final boolean owned;
    /** One resolver per loop, each with a datagram socket that its first lookup opens. */
    private final AddressResolverGroup<?> dns;

    /**
     * Stores the loops.
     *
     * @param owned       whether the loops end with the client
     * @param nameServers of DNS lookups
     */
    ClientLoops(FdLoops loops, boolean owned, DnsServerAddressStreamProvider nameServers) {
        this.loops = loops;
        this.owned = owned;
        dns = new DnsAddressResolverGroup(new DnsNameResolverBuilder()
                .datagramChannelFactory(FdDatagramChannel::new)
                .socketChannelFactory((ChannelFactory<SocketChannel>) FdSocketChannel::new)
                .nameServerProvider(nameServers)
                .cnameCache(new DefaultDnsCnameCache())
                .resolveCache(new DefaultDnsCache()));
    }

    /** {@return loops that end with the client, one per processor} */
    static ClientLoops owned() {
        return new ClientLoops(FdLoops.builder().name(THREADS).build(), true, platformDefault());
    }

    /** {@return loops that outlive the client} */
    static ClientLoops shared(FdLoops loops) {
        return new ClientLoops(Objects.requireNonNull(loops, "loops"), false, platformDefault());
    }

    /**
     * Makes the bootstrap connect channels of TCP on these loops.
     *
     * @param options   of the client
     * @param resolvers of the client's resources. Lettuce's default cannot run on these loops and is replaced
     */
    void tcp(Bootstrap bootstrap, SocketOptions options, AddressResolverGroup<?> resolvers) {
        common(bootstrap, options);
        bootstrap.channelFactory(FdSocketChannel::new);
        bootstrap.resolver(resolvers == DefaultClientResources.DEFAULT_ADDRESS_RESOLVER_GROUP ? dns : resolvers);
        bootstrap.option(ChannelOption.SO_KEEPALIVE, options.isKeepAlive());
        bootstrap.option(ChannelOption.TCP_NODELAY, options.isTcpNoDelay());
        if (options.isKeepAlive()) {
            KeepAliveOptions keepAlive = options.getKeepAlive();
            bootstrap.option(FdChannelOption.TCP_KEEPIDLE, seconds(keepAlive.getIdle()));
            bootstrap.option(FdChannelOption.TCP_KEEPINTVL, seconds(keepAlive.getInterval()));
            bootstrap.option(FdChannelOption.TCP_KEEPCNT, keepAlive.getCount());
        }
        if (options.isEnableTcpUserTimeout()) {
            bootstrap.option(
                    FdChannelOption.TCP_USER_TIMEOUT,
                    millis(options.getTcpUserTimeout().getTcpUserTimeout()));
        }
    }

    /**
     * Makes the bootstrap connect channels of the Unix domain on these loops.
     *
     * @param options of the client; those of TCP are ignored
     */
    void domain(Bootstrap bootstrap, SocketOptions options) {
        common(bootstrap, options);
        bootstrap.channelFactory(FdDomainSocketChannel::new);
    }

    private void common(Bootstrap bootstrap, SocketOptions options) {
        bootstrap.group(loops.group());
        bootstrap.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(options.getConnectTimeout()));
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    private static int seconds(Duration duration) {
        return Math.toIntExact(duration.toSeconds());
    }

    /**
     * Closes the resolvers, and the loops if they are owned, once the client has shut down, whatever its outcome.
     *
     * @return the client's outcome, once the loops have stopped
     */
    CompletableFuture<Void> closeAfter(CompletableFuture<Void> client, long quietPeriod, long timeout, TimeUnit unit) {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        client.whenComplete((none, failure) -> {
            dns.close();
            if (owned) {
                loops.close(Duration.of(quietPeriod, unit.toChronoUnit()), Duration.of(timeout, unit.toChronoUnit()))
                        .addListener(ended -> stopped.complete(null));
            } else {
                stopped.complete(null);
            }
        });
        return stopped.thenCombine(client, (none, outcome) -> outcome);
    }
}
