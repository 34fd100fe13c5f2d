package io.fdflux.spring;

import io.fdflux.FdLoops;
import io.fdflux.lettuce.FdRedisClient;
import io.fdflux.lettuce.FdRedisClusterClient;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.DriverInfo;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.resource.ClientResources;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.ClusterConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConverters;
import org.springframework.data.redis.util.RedisClientLibraryInfo;
import org.springframework.util.StringUtils;

/**
 * Spring Data's connection factory with clients on given loops. The superclass does not show the addresses that it
 * gives to its clients, so they are put together here from the same configuration. Thread-safe, as its superclass.
 */
final class LoopConnectionFactory extends LettuceConnectionFactory {

    private final RedisConfiguration configuration;
    private final FdLoops loops;

    LoopConnectionFactory(RedisConfiguration configuration, LettuceClientConfiguration client, FdLoops loops) {
        super(configuration, client);
        this.configuration = configuration;
        this.loops = loops;
    }

    @Override
    protected AbstractRedisClient createClient() {
        ClientResources resources =
                getClientConfiguration().getClientResources().orElseThrow(); // Boot sets them
        AbstractRedisClient plain = super.createClient(); // never connects; the superclass decides on its options
        try {
            if (configuration instanceof ClusterConfiguration cluster) {
                FdRedisClusterClient client = FdRedisClusterClient.create(loops, resources, nodes(cluster));
                client.setOptions((ClusterClientOptions) plain.getOptions());
                return client;
            }
            FdRedisClient client = FdRedisClient.create(loops, resources, uri());
            client.setOptions(plain.getOptions());
            return client;
        } finally {
            plain.shutdown();
        }
    }

    private List<RedisURI> nodes(ClusterConfiguration cluster) {
        return cluster.getClusterNodes().stream()
                .map(node -> server(node.getRequiredHost(), node.getRequiredPort()))
                .toList();
    }

    private RedisURI uri() {
        if (configuration instanceof RedisStaticMasterReplicaConfiguration) {
            return new RedisURI(); // the superclass connects to each node by its address
        }
        if (configuration instanceof RedisSentinelConfiguration sentinels) {
            return sentinels(sentinels);
        }
        if (getSocketConfiguration() != null) {
            return credentials(RedisURI.Builder.socket(getSocketConfiguration().getSocket()))
                    .withTimeout(getClientConfiguration().getCommandTimeout())
                    .withDatabase(getDatabase())
                    .build();
        }
        return server(getHostName(), getPort());
    }

    private RedisURI server(String host, int port) {
        LettuceClientConfiguration client = getClientConfiguration();
        RedisURI.Builder uri = credentials(RedisURI.Builder.redis(host, port))
                .withDatabase(getDatabase())
                .withSsl(client.isUseSsl())
                .withVerifyPeer(client.getVerifyMode())
                .withStartTls(client.isStartTls())
                .withTimeout(client.getCommandTimeout())
                .withDriverInfo(DriverInfo.builder()
                        .addUpstreamDriver(RedisClientLibraryInfo.FRAMEWORK_NAME, RedisClientLibraryInfo.getVersion())
                        .build());
        client.getClientName().ifPresent(uri::withClientName);
        return uri.build();
    }

    private RedisURI.Builder credentials(RedisURI.Builder uri) {
        String user = RedisConfiguration.getUsernameOrElse(configuration, () -> null);
        var password = RedisConfiguration.getPasswordOrElse(configuration, getStandaloneConfiguration()::getPassword);
        if (StringUtils.hasText(user)) {
            uri.withAuthentication(user, password.toOptional().orElse(new char[0]));
        } else {
            password.toOptional().ifPresent(uri::withPassword);
        }
        getClientConfiguration()
                .getRedisCredentialsProviderFactory()
                .ifPresent(factory -> uri.withAuthentication(factory.createCredentialsProvider(configuration)));
        return uri;
    }

    private RedisURI sentinels(RedisSentinelConfiguration sentinels) {
        LettuceClientConfiguration client = getClientConfiguration();
        RedisURI uri = LettuceConverters.sentinelConfigurationToRedisURI(sentinels);
        Stream.concat(Stream.of(uri), uri.getSentinels().stream()).forEach(each -> {
            client.getClientName().ifPresent(each::setClientName);
            each.setSsl(client.isUseSsl());
            each.setVerifyPeer(client.getVerifyMode());
            each.setStartTls(client.isStartTls());
            each.setTimeout(client.getCommandTimeout());
        });
        uri.setDatabase(getDatabase());
        client.getRedisCredentialsProviderFactory().ifPresent(factory -> {
            uri.setCredentialsProvider(factory.createCredentialsProvider(sentinels));
            RedisCredentialsProvider ofSentinels = factory.createSentinelCredentialsProvider(sentinels);
            uri.getSentinels().forEach(each -> each.setCredentialsProvider(ofSentinels));
        });
        return uri;
    }
}
