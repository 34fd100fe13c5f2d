package io.fdflux.spring;

import io.fdflux.FdLoops;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Replaces the connection factory that Boot's auto-configuration makes by one on the loops. First of all processors, so
 * that others see the replacement. Called by whatever thread makes or destroys beans.
 */
final class RedisProcessor implements DestructionAwareBeanPostProcessor, PriorityOrdered {

    private static final String BOOTS =
            "org.springframework.boot.data.redis.autoconfigure.LettuceConnectionConfiguration";

    /** The only setting of Boot's factory that it does not show is its executor, which the bean's name tells. */
    private static final String ON_VIRTUAL_THREADS = "redisConnectionFactoryVirtualThreads";

    private final ListableBeanFactory beans;
    /** By the replaced bean, because Spring destroys that one. */
    private final Map<Object, LoopConnectionFactory> replacements = new ConcurrentHashMap<>();

    RedisProcessor(ListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean.getClass() != LettuceConnectionFactory.class || !isBoots(beanName)) {
            return bean;
        }
        LettuceConnectionFactory boots = (LettuceConnectionFactory) bean;
        FdLoops loops = beans.getBean(LoopsHolder.class).clientLoops("Redis");
        LoopConnectionFactory made =
                new LoopConnectionFactory(configuration(boots), boots.getClientConfiguration(), loops);
        if (beanName.equals(ON_VIRTUAL_THREADS)) {
            SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("redis-");
            executor.setVirtualThreads(true);
            made.setExecutor(executor);
        }
        replacements.put(bean, made);
        return made;
    }

    private boolean isBoots(String beanName) {
        return beans instanceof ConfigurableListableBeanFactory factory
                && factory.containsBeanDefinition(beanName)
                && factory.getBeanDefinition(beanName) instanceof AnnotatedBeanDefinition definition
                && definition.getFactoryMethodMetadata() != null
                && definition.getFactoryMethodMetadata().getDeclaringClassName().equals(BOOTS);
    }

    /** In Boot's order. */
    private RedisConfiguration configuration(LettuceConnectionFactory boots) {
        if (boots.getSentinelConfiguration() != null) {
            return boots.getSentinelConfiguration();
        }
        if (boots.getClusterConfiguration() != null) {
            return boots.getClusterConfiguration();
        }
        RedisConfiguration masterReplica = masterReplica();
        return masterReplica != null ? masterReplica : boots.getStandaloneConfiguration();
    }

    /** Boot's factory does not show this one. */
    private RedisConfiguration masterReplica() {
        RedisStaticMasterReplicaConfiguration given = beans.getBeanProvider(RedisStaticMasterReplicaConfiguration.class)
                .getIfAvailable();
        DataRedisConnectionDetails details = beans.getBean(DataRedisConnectionDetails.class);
        if (given != null || details.getMasterReplica() == null) {
            return given;
        }
        var nodes = details.getMasterReplica().getNodes();
        RedisStaticMasterReplicaConfiguration made = new RedisStaticMasterReplicaConfiguration(
                nodes.getFirst().host(), nodes.getFirst().port());
        nodes.stream().skip(1).forEach(node -> made.addNode(node.host(), node.port()));
        made.setUsername(details.getUsername());
        if (details.getPassword() != null) {
            made.setPassword(details.getPassword());
        }
        return made;
    }

    @Override
    public boolean requiresDestruction(Object bean) {
        return replacements.containsKey(bean);
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        LoopConnectionFactory made = replacements.remove(bean);
        if (made != null) {
            made.destroy();
        }
    }
}
