package io.fdflux.testsuite.reactor;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.GeneralSecurityException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.Http3SslContextSpec;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;

/** A certificate for localhost, and the specifications that use it. */
final class Certificates {

    private static final X509Bundle SERVER = selfSigned();

    private Certificates() {}

    private static X509Bundle selfSigned() {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static GenericSslContextSpec<SslContextBuilder> http1Server(SslProvider provider) {
        return Http11SslContextSpec.forServer(SERVER.getKeyPair().getPrivate(), SERVER.getCertificatePath())
                .configure(by(provider));
    }

    static GenericSslContextSpec<SslContextBuilder> http2Server(SslProvider provider) {
        return Http2SslContextSpec.forServer(SERVER.getKeyPair().getPrivate(), SERVER.getCertificatePath())
                .configure(by(provider));
    }

    static Http3SslContextSpec http3Server() {
        return Http3SslContextSpec.forServer(SERVER.getKeyPair().getPrivate(), null, SERVER.getCertificatePath());
    }

    static GenericSslContextSpec<SslContextBuilder> http1Client(SslProvider provider) {
        return Http11SslContextSpec.forClient().configure(trusting(provider));
    }

    static GenericSslContextSpec<SslContextBuilder> http2Client(SslProvider provider) {
        return Http2SslContextSpec.forClient().configure(trusting(provider));
    }

    static Http3SslContextSpec http3Client() {
        return Http3SslContextSpec.forClient()
                .configure(builder -> builder.trustManager(InsecureTrustManagerFactory.INSTANCE));
    }

    private static Consumer<SslContextBuilder> by(SslProvider provider) {
        return builder -> builder.sslProvider(provider);
    }

    private static Consumer<SslContextBuilder> trusting(SslProvider provider) {
        return builder -> builder.sslProvider(provider).trustManager(InsecureTrustManagerFactory.INSTANCE);
    }

    /** {@return a context for clients of the JDK that trusts the server's certificate} */
    static SSLContext jdkClient() throws GeneralSecurityException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, SERVER.toTrustManagerFactory().getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw e;
        } catch (Exception e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** {@return a context for servers of the JDK} */
    static SSLContext jdkServer() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(SERVER.toKeyManagerFactory().getKeyManagers(), null, null);
        return context;
    }
}
