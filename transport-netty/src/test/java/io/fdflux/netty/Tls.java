package io.fdflux.netty;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** TLS for localhost by the JDK's provider, with a certificate that this JVM has generated and trusts. */
public final class Tls {

    private static final X509Bundle CERTIFICATE = certificate();

    private Tls() {}

    private static X509Bundle certificate() {
        try {
            return new CertificateBuilder()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public static SslContext server() throws SSLException, GeneralSecurityException {
        return SslContextBuilder.forServer(CERTIFICATE.toKeyManagerFactory()).build();
    }

    public static SslContext client() throws SSLException {
        return SslContextBuilder.forClient()
                .trustManager(CERTIFICATE.getRootCertificate())
                .build();
    }

    /** {@return a context for the JDK's own servers and clients} */
    public static SSLContext jdk() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                CERTIFICATE.toKeyManagerFactory().getKeyManagers(),
                CERTIFICATE.toTrustManagerFactory().getTrustManagers(),
                null);
        return context;
    }
}
