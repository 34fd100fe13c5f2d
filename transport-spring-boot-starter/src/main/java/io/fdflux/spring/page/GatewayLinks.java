package io.fdflux.spring.page;

import io.netty.channel.Channel;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServer;

/**
 * Knows for which request an HTTP client of Reactor Netty works: the request's channel goes through Reactor's context
 * to the client that is called in its handler. It is put there while somebody looks at the page; other requests cost
 * one read of a number.
 */
final class GatewayLinks implements NettyServerCustomizer {

    private static final Object KEY = GatewayLinks.class;

    private final Viewers viewers;

    GatewayLinks(Viewers viewers) {
        this.viewers = viewers;
    }

    @Override
    public HttpServer apply(HttpServer server) {
        return server.mapHandle(this::mark);
    }

    private Mono<Void> mark(Mono<Void> handler, Connection connection) {
        return viewers.areAny()
                ? handler.contextWrite(context -> context.put(KEY, socketOf(connection.channel())))
                : handler;
    }

    /** The channel of an HTTP/2 stream stands for its connection. */
    private static Channel socketOf(Channel channel) {
        Channel socket = channel;
        while (socket.parent() != null && socket.parent().parent() != null) {
            socket = socket.parent();
        }
        return socket;
    }

    /**
     * Tells for which request a client works. On the loop of its channel, which stays as it is.
     *
     * @return the channel of the request; null if it is not known
     */
    static Channel worksFor(Channel client) {
        if (client.pipeline().get(NettyPipeline.ReactiveBridge) == null) {
            return null; // another library's: Connection.from would leave an attribute at it
        }
        Connection connection = Connection.from(client);
        return connection != null && connection.as(ChannelOperations.class) instanceof HttpClientResponse response
                ? response.currentContextView().getOrDefault(KEY, null)
                : null;
    }
}
