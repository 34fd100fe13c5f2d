package io.fdflux.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.ConnectionInitializer;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.ReconnectionListener;
import io.lettuce.core.resource.ClientResources;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * Stands between Lettuce's client, which fills a builder, and that builder. It hands on all that is set, and puts the
 * bootstrap on the loops instead of Lettuce's transport. Lettuce has no setting for the class of its channels, and a
 * {@link Bootstrap} takes one only once. Confined to the call that fills the builder.
 */
final class LoopConnectionBuilder extends ConnectionBuilder {

    private final ConnectionBuilder target;
    private final ClientLoops loops;

    LoopConnectionBuilder(ConnectionBuilder target, ClientLoops loops) {
        this.target = target;
        this.loops = loops;
    }

    @Override
    public void configureBootstrap(
            boolean domainSocket, Function<Class<? extends EventLoopGroup>, EventLoopGroup> lettucesGroups) {
        SocketOptions options = target.clientOptions().getSocketOptions();
        if (domainSocket) {
            loops.domain(target.bootstrap(), options);
        } else {
            loops.tcp(target.bootstrap(), options, target.clientResources().addressResolverGroup());
        }
    }

    /** Lettuce has addresses of the Unix domain only where Netty's own native transports are present. */
    @Override
    public ConnectionBuilder socketAddressSupplier(Mono<SocketAddress> addresses) {
        String path = target.getRedisURI().getSocket();
        target.socketAddressSupplier(path == null ? addresses : Mono.just(new DomainSocketAddress(path)));
        return this;
    }

    // ---- handed on

    @Override
    public ConnectionBuilder bootstrap(Bootstrap bootstrap) {
        target.bootstrap(bootstrap);
        return this;
    }

    @Override
    public void apply(RedisURI uri) {
        target.apply(uri);
    }

    @Override
    public ConnectionBuilder channelGroup(ChannelGroup group) {
        target.channelGroup(group);
        return this;
    }

    @Override
    public ConnectionBuilder connectionEvents(ConnectionEvents events) {
        target.connectionEvents(events);
        return this;
    }

    @Override
    public ConnectionBuilder timeout(Duration timeout) {
        target.timeout(timeout);
        return this;
    }

    @Override
    public ConnectionBuilder reconnectionListener(ReconnectionListener listener) {
        target.reconnectionListener(listener);
        return this;
    }

    @Override
    public ConnectionBuilder clientOptions(ClientOptions options) {
        target.clientOptions(options);
        return this;
    }

    @Override
    public ConnectionBuilder connection(RedisChannelHandler<?, ?> connection) {
        target.connection(connection);
        return this;
    }

    @Override
    public ConnectionBuilder commandHandler(Supplier<CommandHandler> supplier) {
        target.commandHandler(supplier);
        return this;
    }

    @Override
    public ConnectionBuilder endpoint(Endpoint endpoint) {
        target.endpoint(endpoint);
        return this;
    }

    @Override
    public ConnectionBuilder clientResources(ClientResources resources) {
        target.clientResources(resources);
        return this;
    }

    @Override
    public ConnectionBuilder connectionInitializer(ConnectionInitializer initializer) {
        target.connectionInitializer(initializer);
        return this;
    }
}
