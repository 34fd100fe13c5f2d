package io.fdflux.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What another version of Lettuce may add: found here, before it is lost in silence. */
class SeamTest {

    /** Builds, with what the real builder has. */
    private static final List<String> NEVER_CALLED = List.of("build");

    @Test
    void everythingThatIsSetOnABuilderIsHandedOn() {
        Stream<Method> setters = Arrays.stream(ConnectionBuilder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getReturnType() == void.class
                        || method.getReturnType() == ConnectionBuilder.class
                        || method.getParameterCount() > 0)
                .filter(method -> !NEVER_CALLED.contains(method.getName()));
        assertThat(setters)
                .isNotEmpty()
                .allSatisfy(setter -> assertThat(LoopConnectionBuilder.class.getDeclaredMethod(
                                setter.getName(), setter.getParameterTypes()))
                        .isNotNull());
    }

    /** A static method that is not hidden would make a client on Lettuce's own transport. */
    @Test
    void everyFactoryMethodOfLettuceIsHidden() {
        assertHidden(RedisClient.class, FdRedisClient.class);
        assertHidden(RedisClusterClient.class, FdRedisClusterClient.class);
    }

    private static void assertHidden(Class<?> lettuces, Class<?> ours) {
        assertThat(Arrays.stream(lettuces.getDeclaredMethods())
                        .filter(method ->
                                Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers()))
                        .filter(method -> lettuces.isAssignableFrom(method.getReturnType())))
                .isNotEmpty()
                .allSatisfy(method -> assertThat(ours.getDeclaredMethod(method.getName(), method.getParameterTypes())
                                .getReturnType())
                        .isEqualTo(ours));
    }
}
