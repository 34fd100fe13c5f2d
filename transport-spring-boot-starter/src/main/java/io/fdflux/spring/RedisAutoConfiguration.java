package io.fdflux.spring;

import io.fdflux.lettuce.FdRedisClient;
import io.fdflux.reactor.netty.FdLoopResources;
import io.lettuce.core.RedisClient;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Runs Lettuce on loops of its own, in the {@link LettuceConnectionFactory} that Boot makes. A connection factory of
 * the application's own stays as it is.
 *
 * <p>Not on the web server's loops: Spring Data connects in the call of its first user, and waits. In a handler that
 * call is on a loop of the server, which the connection would need.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnClass({
    RedisClient.class,
    LettuceConnectionFactory.class,
    DataRedisConnectionDetails.class,
    FdRedisClient.class
})
@ConditionalOnBooleanProperty(name = "fdflux.redis.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(FdLoopResources.class)
@Conditional(ClientFits.Lettuce.class)
class RedisAutoConfiguration {

    @Bean
    static RedisProcessor fdFluxRedisProcessor(ListableBeanFactory beans) {
        return new RedisProcessor(beans);
    }
}
