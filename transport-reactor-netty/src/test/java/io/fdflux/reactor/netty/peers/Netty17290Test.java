package io.fdflux.reactor.netty.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.fdflux.netty.peers.Sender;
import io.fdflux.reactor.netty.ReactorLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.netty.Connection;
import reactor.netty.tcp.TcpClient;

/** KQueueSocketChannel fired channelInactive before all bytes that the peer had sent were read. */
@OnEveryPoller
@DisplayName("netty 17290: an end that comes while a flux pauses loses no byte")
class Netty17290Test {

    private static final int ALL = 32 << 20;
    private static final int PAUSE_AT = 128 * 1024;
    private static final int PAUSE_MILLIS = 750;
    private static final int CHUNK = 8 * 1024;

    @RegisterExtension
    final ReactorLoops loops = new ReactorLoops(1);

    @Test
    void allBytesArriveInAFluxThatIsRequestedOneByOne() throws Exception {
        Digest digest = new Digest();
        try (ServerSocket listener = Loops.plainListener()) {
            Connection connection = TcpClient.create()
                    .runOn(loops.resources())
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(CHUNK))
                    .remoteAddress(listener::getLocalSocketAddress)
                    .connectNow();
            CompletableFuture<Void> completed = new CompletableFuture<>();
            connection.inbound().receive().subscribe(new BaseSubscriber<>() {
                private boolean paused;

                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    request(1);
                }

                @Override
                protected void hookOnNext(ByteBuf chunk) {
                    digest.add(chunk);
                    if (!paused && digest.length() >= PAUSE_AT) {
                        paused = true;
                        connection
                                .channel()
                                .eventLoop()
                                .schedule(() -> request(1), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                    } else {
                        request(1);
                    }
                }

                @Override
                protected void hookOnComplete() {
                    completed.complete(null);
                }

                @Override
                protected void hookOnError(Throwable failure) {
                    completed.completeExceptionally(failure);
                }
            });
            try (Peer peer = Peer.accept(listener)) {
                Sender sender = Sender.start(peer, ALL, Peer::end);
                completed.get(60, TimeUnit.SECONDS);
                assertThat(digest.end()).isEqualTo(sender.digest());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
