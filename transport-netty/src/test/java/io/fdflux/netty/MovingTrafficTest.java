package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.MovedEcho.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invariant 13 under traffic of all kinds: an echo server whose connections move all the time. */
@OnEveryPoller
class MovingTrafficTest {

    private static final int STREAM = 4 << 20;
    private static final int PIECE = 50_000;
    private static final int RESPONSES = 2_000;
    private static final int CONNECTIONS = 300;

    @RegisterExtension
    final Loops loops = new Loops(3);

    private final Mover mover = new Mover(loops);
    private final AtomicReference<Channel> accepted = new AtomicReference<>();

    private Channel listen(boolean autoRead, ChannelHandler handler) throws InterruptedException {
        return loops.server(() -> handler)
                .childOption(ChannelOption.AUTO_READ, autoRead)
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    private static CompletableFuture<Void> sending(Peer peer, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                for (int at = 0; at < bytes.length; at += PIECE) {
                    peer.socket().getOutputStream().write(bytes, at, Math.min(PIECE, bytes.length - at));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Moves the connection until the echo is complete. */
    private void movedUntilEchoed(MovedEcho echo, Peer peer, byte[] sent) throws Exception {
        CompletableFuture<Void> sender = sending(peer, sent);
        CompletableFuture<byte[]> echoed = CompletableFuture.supplyAsync(() -> {
            try {
                return peer.read(sent.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        int moves = 0;
        while (!echoed.isDone()) {
            if (echo.accepted.get() != null) {
                mover.move(echo.accepted.get());
                moves++;
            }
        }
        sender.get();
        assertThat(echoed.get()).isEqualTo(sent);
        assertThat(moves).isPositive();
        peer.close();
        assertThat(echo.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(echo.failures).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anEchoIsWhole(Reading reading) throws Exception {
        MovedEcho echo = new MovedEcho(reading);
        Channel listener = listen(reading == Reading.AUTO, echo);
        movedUntilEchoed(echo, Peer.connect(listener), Digest.bytes(STREAM, 1));
    }

    @ParameterizedTest
    @EnumSource
    void anEchoOverTlsIsWhole(Reading reading) throws Exception {
        SslContext tls = Tls.server();
        MovedEcho echo = new MovedEcho(reading);
        Channel listener = listen(reading == Reading.AUTO, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()), echo);
            }
        });
        Peer plain = Peer.connect(listener);
        Socket socket = Tls.jdk().getSocketFactory().createSocket(plain.socket(), "localhost", 0, true);
        movedUntilEchoed(echo, new Peer(socket), Digest.bytes(STREAM / 4, 2));
    }

    /** The handler moves its own connection with every message. */
    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void anEchoThatMovesItselfIsWhole(boolean autoRead) throws Exception {
        MovedEcho moving = new MovedEcho(autoRead ? Reading.AUTO : Reading.IN_READ) {
            private boolean moves;

            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                super.channelRead(context, message);
                if (!moves) {
                    moves = true;
                    mover.moveFromHandler(context);
                }
            }

            @Override
            public void channelRegistered(ChannelHandlerContext context) {
                moves = false;
            }
        };
        byte[] sent = Digest.bytes(STREAM / 4, 3);
        try (Peer peer = Peer.connect(listen(autoRead, moving))) {
            CompletableFuture<Void> sender = sending(peer, sent);
            assertThat(peer.read(sent.length)).isEqualTo(sent);
            sender.get();
            assertThat(moving.failures).isEmpty();
        }
    }

    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void pipelinedRequestsAreAnsweredInOrder(boolean autoRead) throws Exception {
        Channel listener = listen(autoRead, new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                accepted.set(channel);
                channel.pipeline()
                        .addLast(new HttpServerCodec(), new HttpObjectAggregator(1000), new Answering(!autoRead));
            }
        });
        StringBuilder requests = new StringBuilder();
        StringBuilder answers = new StringBuilder();
        for (int i = 0; i < RESPONSES; i++) {
            String body = Integer.toString(i);
            requests.append("POST / HTTP/1.1\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
            answers.append("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
        }
        try (Peer peer = Peer.connect(listener)) {
            CompletableFuture<Void> sender = sending(peer, requests.toString().getBytes());
            CompletableFuture<byte[]> answered = CompletableFuture.supplyAsync(() -> {
                try {
                    return peer.read(answers.length());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            while (!answered.isDone()) {
                if (accepted.get() != null && accepted.get().isRegistered()) {
                    mover.move(accepted.get());
                }
            }
            sender.get();
            assertThat(new String(answered.get())).isEqualTo(answers.toString());
        }
    }

    private static final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final boolean pull;

        Answering(boolean pull) {
            this.pull = pull;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            pull(context);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            ByteBuf body = request.content().retain();
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            context.writeAndFlush(response);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            pull(context);
        }

        private void pull(ChannelHandlerContext context) {
            if (pull) {
                context.read();
            }
        }
    }

    /** The peer's bytes and its end come at any point of a move. */
    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void anEndDuringTheMoveIsSeen(boolean autoRead) throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            Recorder server = new Recorder() {
                @Override
                public void channelReadComplete(ChannelHandlerContext context) throws Exception {
                    super.channelReadComplete(context);
                    if (!autoRead) {
                        context.read();
                    }
                }
            };
            Channel listener = listen(autoRead, server);
            byte[] sent = Digest.bytes(i % 3 == 0 ? 1 : i * 100, i);
            boolean reset = i % 5 == 4;
            try (Peer peer = Peer.connect(listener)) {
                FdSocketChannel channel = server.channel();
                channel.read();
                CompletableFuture<Void> end = CompletableFuture.runAsync(() -> {
                    try {
                        if (reset) {
                            peer.reset();
                        } else {
                            peer.send(sent).end();
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                while (server.inactive.getCount() > 0) {
                    mover.tryToMove(channel);
                }
                end.get();
                if (!reset) {
                    assertThat(server.digest.end()).isEqualTo(Digest.of(sent).end());
                    assertThat(server.failures).isEmpty();
                }
            }
            listener.close().sync();
        }
    }

    /** A listener serves clients that connect during its moves. */
    @ParameterizedTest(name = "auto-read {0}")
    @ValueSource(booleans = {true, false})
    void aListenerMovesWhileClientsConnect(boolean autoRead) throws Exception {
        Channel listener = loops.server(() -> new MovedEcho(Reading.AUTO))
                .option(ChannelOption.AUTO_READ, autoRead)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        listener.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(ChannelHandlerContext context) {
                if (!autoRead) {
                    context.read();
                }
                context.fireChannelReadComplete();
            }
        });
        listener.read();
        CompletableFuture<Void> clients = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    try (Peer peer = Peer.connect(listener)) {
                        assertThat(peer.send("hello").read(5)).asString().isEqualTo("hello");
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (!clients.isDone()) {
            mover.move(listener);
        }
        clients.get();
        listener.close().sync();
    }

    @Test
    void anExchangeOfDatagramsGoesOn() throws Exception {
        var echo = new SimpleChannelInboundHandler<io.netty.channel.socket.DatagramPacket>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, io.netty.channel.socket.DatagramPacket packet) {
                context.writeAndFlush(new io.netty.channel.socket.DatagramPacket(
                        packet.content().retain(), packet.sender()));
            }
        };
        Channel channel = new io.netty.bootstrap.Bootstrap()
                .group(loops.group())
                .channel(FdDatagramChannel.class)
                .handler(echo)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        CompletableFuture<Void> client = CompletableFuture.runAsync(() -> {
            try (var socket = new java.net.DatagramSocket(Loops.anyPort())) {
                socket.setSoTimeout(60_000);
                for (int i = 0; i < RESPONSES; i++) {
                    byte[] sent = Digest.bytes(1 + i % 1000, i);
                    socket.send(new java.net.DatagramPacket(sent, sent.length, channel.localAddress()));
                    var received = new java.net.DatagramPacket(new byte[2000], 2000);
                    socket.receive(received);
                    assertThat(java.util.Arrays.copyOf(received.getData(), received.getLength()))
                            .isEqualTo(sent);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (!client.isDone()) {
            mover.move(channel);
        }
        client.get();
        channel.close().sync();
    }
}
