package io.fdflux.testsuite.clients;

import static io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.UNARY;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.netty.Loops;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gRPC server that echoes and counts, and its client, both on the loops under test. */
final class GrpcPair {

    static final MethodDescriptor<String, String> ECHO = Grpc.method(UNARY, "Echo");
    /** Answers with the numbers from 0, each with {@link #PADDING}. */
    static final MethodDescriptor<String, String> COUNT = Grpc.method(SERVER_STREAMING, "Count");

    static final int ELEMENTS = 30_000;
    static final String PADDING = "x".repeat(100);

    final AtomicInteger produced = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();
    private final Server server;
    private final ManagedChannel client;

    GrpcPair(EventLoopGroup loops, boolean tls) throws Exception {
        NettyServerBuilder serving = NettyServerBuilder.forAddress(Loops.anyPort())
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .channelType(FdServerSocketChannel.class)
                .addService(service());
        X509Bundle certificate = tls ? selfSigned() : null;
        if (tls) {
            serving.sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(
                            certificate.getKeyPair().getPrivate(), certificate.getCertificatePath()))
                    .build());
        }
        server = serving.build().start();
        NettyChannelBuilder calling = NettyChannelBuilder.forAddress(
                        (InetSocketAddress) server.getListenSockets().getFirst())
                .eventLoopGroup(loops)
                .channelType(FdSocketChannel.class, InetSocketAddress.class);
        if (tls) {
            calling.overrideAuthority("localhost")
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(certificate.getCertificate())
                            .build());
        } else {
            calling.usePlaintext();
        }
        client = calling.build();
    }

    private static X509Bundle selfSigned() throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(Grpc.SERVICE)
                .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext(request + "!");
                    answer.onCompleted();
                }))
                .addMethod(
                        COUNT,
                        ServerCalls.asyncServerStreamingCall(
                                (request, answer) -> count((ServerCallStreamObserver<String>) answer)))
                .build();
    }

    /** Sends as long as the transport is ready for more. */
    private void count(ServerCallStreamObserver<String> answer) {
        AtomicInteger next = new AtomicInteger();
        answer.setOnCancelHandler(cancelled::incrementAndGet);
        answer.setOnReadyHandler(() -> {
            while (answer.isReady() && next.get() <= ELEMENTS) {
                if (next.get() == ELEMENTS) {
                    next.incrementAndGet();
                    answer.onCompleted();
                } else {
                    produced.incrementAndGet();
                    answer.onNext(next.getAndIncrement() + PADDING);
                }
            }
        });
    }

    ManagedChannel client() {
        return client;
    }

    void stopServer() throws InterruptedException {
        server.shutdownNow();
        assertThat(server.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    void close() throws InterruptedException {
        client.shutdownNow();
        assertThat(client.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        stopServer();
    }
}
