package io.fdflux.servers;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Runs in the server's JVM. Arguments: the port on the loopback, that for TLS, the files of certificate and key. */
final class MongoServerMain {

    private MongoServerMain() {}

    public static void main(String[] args) throws IOException, GeneralSecurityException {
        MongoBackend databases = new MemoryBackend().version(ServerVersion.MONGO_5_0);
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        new MongoServer(databases).bind(loopback, Integer.parseInt(args[0]));
        MongoServer tls = new MongoServer(databases);
        tls.enableSsl(key(Path.of(args[3])), null, certificate(Path.of(args[2])));
        tls.bind(loopback, Integer.parseInt(args[1]));
    }

    private static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String base64 = Files.readString(file).replaceAll("-----.*-----|\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }
}
