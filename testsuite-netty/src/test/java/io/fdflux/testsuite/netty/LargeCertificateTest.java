package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Repeats {@code SocketSslLargeCertificateTest}, which opens NIO's channels itself, on our channels. The client's
 * certificate is about as large as a TLS record, or slightly larger.
 */
class LargeCertificateTest implements OnOurChannels {

    private static final int RECORD_BYTES = 16 * 1024;
    private static final int BELOW_BYTES = 768;
    private static final int STEP_BYTES = 64;

    static Stream<Arguments> providersAndSizes() {
        return Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
                .filter(provider -> provider == SslProvider.JDK || OpenSsl.isAvailable())
                .flatMap(provider -> IntStream.rangeClosed(0, BELOW_BYTES / STEP_BYTES)
                        .mapToObj(step -> Arguments.of(provider, RECORD_BYTES - step * STEP_BYTES)));
    }

    @ParameterizedTest
    @MethodSource("providersAndSizes")
    void aLargeCertificateIsTaken(SslProvider provider, int extensionBytes) throws Exception {
        CertificateBuilder base =
                new CertificateBuilder().ecp256().setKeyUsage(true, KeyUsage.digitalSignature, KeyUsage.keyCertSign);
        X509Bundle root =
                base.copy().subject("cn=root").setIsCertificateAuthority(true).buildSelfSigned();
        byte[] extension = new byte[extensionBytes];
        ThreadLocalRandom.current().nextBytes(extension);
        X509Bundle server = base.copy()
                .subject("cn=localhost")
                .addExtendedKeyUsageServerAuth()
                .buildIssuedBy(root);
        X509Bundle client = base.copy()
                .subject("cn=client")
                .addExtendedKeyUsageClientAuth()
                .addExtensionOctetString("1.2.840.113635.100.6.2.1", false, extension)
                .buildIssuedBy(root);
        SslContext serverTls = contextFor(SslContextBuilder.forServer(server.toKeyManagerFactory()), provider, root)
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        SslContext clientTls = contextFor(SslContextBuilder.forClient(), provider, root)
                .keyManager(client.toKeyManagerFactory())
                .endpointIdentificationAlgorithm(null)
                .build();
        for (BootstrapComboFactory<ServerBootstrap, Bootstrap> pair : OURS.socket()) {
            echo(pair, serverTls, clientTls);
        }
    }

    private static SslContextBuilder contextFor(SslContextBuilder builder, SslProvider provider, X509Bundle root)
            throws Exception {
        builder.sslProvider(provider).trustManager(root.toTrustManagerFactory()).protocols("TLSv1.3");
        return provider == SslProvider.JDK
                ? builder
                : builder.option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, 2 * RECORD_BYTES);
    }

    private static void echo(
            BootstrapComboFactory<ServerBootstrap, Bootstrap> pair, SslContext serverTls, SslContext clientTls)
            throws Exception {
        Channel listener = pair.newServerInstance()
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(serverTls.newHandler(channel.alloc()), new Echo());
                    }
                })
                .bind(Loops.anyPort())
                .sync()
                .channel();
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        Channel client = pair.newClientInstance()
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(clientTls.newHandler(channel.alloc()), new Answer(answer));
                    }
                })
                .connect(listener.localAddress())
                .sync()
                .channel();
        client.writeAndFlush(Unpooled.copyInt(1));
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(Integer.BYTES);
        client.close().sync();
        listener.close().sync();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {

        private final CompletableFuture<Integer> answer;

        Answer(CompletableFuture<Integer> answer) {
            this.answer = answer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            answer.complete(((ByteBuf) message).readableBytes());
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }
}
