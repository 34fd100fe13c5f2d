package io.fdflux.spring;

import com.mongodb.MongoClientSettings;
import com.mongodb.connection.TransportSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.reactor.netty.FdLoopResources;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Runs MongoDB's driver on loops of its own, if its reactive streams are on the class path. It does so in the
 * {@link MongoClientSettings}, because Boot opens a NIO group for settings without a transport, before any
 * {@link MongoClientSettingsBuilderCustomizer} of others. Settings with a transport stay as they are.
 *
 * <p>The synchronous client has the same settings, and blocks its callers, which may be the web server's loops.
 */
@AutoConfiguration(after = FdFluxAutoConfiguration.class)
@ConditionalOnClass({MongoClient.class, MongoClientSettingsBuilderCustomizer.class})
@ConditionalOnBooleanProperty(name = "fdflux.mongodb.enabled", matchIfMissing = true)
@ConditionalOnSingleCandidate(FdLoopResources.class)
@Conditional(ClientFits.Mongo.class)
class MongoAutoConfiguration {

    @Bean
    static BeanPostProcessor fdFluxMongoProcessor(ObjectProvider<LoopsHolder> holder) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return bean instanceof MongoClientSettings settings && settings.getTransportSettings() == null
                        ? onLoops(settings, holder.getObject())
                        : bean;
            }
        };
    }

    private static MongoClientSettings onLoops(MongoClientSettings settings, LoopsHolder holder) {
        return MongoClientSettings.builder(settings)
                .transportSettings(TransportSettings.nettyBuilder()
                        .eventLoopGroup(holder.clientLoops("MongoDB").group())
                        .socketChannelClass(FdSocketChannel.class)
                        .build())
                .build();
    }
}
