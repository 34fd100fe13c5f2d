package io.fdflux.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AttributeKey;
import org.junit.jupiter.api.Test;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

/** Channels that work for no request. {@link PageOverHttpTest} has one that does. */
class GatewayLinksTest {

    /** Reactor Netty's, of which every channel is a connection that it is asked about. */
    private static final AttributeKey<Object> CONNECTION = AttributeKey.valueOf("$CONNECTION");

    @Test
    void aChannelOfAnotherLibraryStaysAsItIs() {
        Channel channel = new EmbeddedChannel();
        assertThat(GatewayLinks.worksFor(channel)).isNull();
        assertThat(channel.hasAttr(CONNECTION)).isFalse();
        Connection.from(channel);
        assertThat(channel.hasAttr(CONNECTION)).as("the attribute's name").isTrue();
    }

    @Test
    void aConnectionWithoutAResponseWorksForNobody() {
        EmbeddedChannel channel = new EmbeddedChannel();
        ChannelHandler bridge = new ChannelInboundHandlerAdapter();
        channel.pipeline().addLast(NettyPipeline.ReactiveBridge, bridge);
        assertThat(GatewayLinks.worksFor(channel)).isNull();
        channel.attr(CONNECTION).set(null);
        assertThat(GatewayLinks.worksFor(channel)).isNull();
    }
}
