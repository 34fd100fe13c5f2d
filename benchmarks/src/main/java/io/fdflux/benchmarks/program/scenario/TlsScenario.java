package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.fdflux.benchmarks.program.transport.UnavailableException;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import reactor.core.publisher.Mono;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;

/** The smallest answer over TLS, by the JDK's engine or by BoringSSL. */
final class TlsScenario implements Scenario {

    private final SslProvider provider;

    private TlsScenario(SslProvider provider) {
        this.provider = provider;
    }

    static TlsScenario jdk() {
        return new TlsScenario(SslProvider.JDK);
    }

    static TlsScenario boringSsl() {
        return new TlsScenario(SslProvider.OPENSSL);
    }

    @Override
    public Served serve(TransportLoops loops, int port) throws UnavailableException {
        if (provider == SslProvider.OPENSSL && !OpenSsl.isAvailable()) {
            throw new UnavailableException("BoringSSL cannot run here", OpenSsl.unavailabilityCause());
        }
        X509Bundle certificate = certificate();
        GenericSslContextSpec<?> context = Http11SslContextSpec.forServer(
                        certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
                .configure(builder -> builder.sslProvider(provider));
        return Served.of(Http.server(loops, port)
                .secure(spec -> spec.sslContext(context))
                .handle((request, response) -> response.sendString(Mono.just(Http.HELLO)))
                .bindNow());
    }

    private static X509Bundle certificate() throws UnavailableException {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new UnavailableException("no certificate could be made", e);
        }
    }
}
