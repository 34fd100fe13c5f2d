package io.fdflux.spring;

import io.fdflux.FdLoops;
import io.fdflux.reactor.netty.FdLoopResources;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Notes each group of loops when it is opened: a singleton of the application or of the starter by its creation,
 * another one by {@link LoopsHolder}. Opens none, because whoever watches must not be the one who opens them.
 */
final class OpenLoops implements LoopGroups, BeanPostProcessor, BeanFactoryAware {

    /** Guarded by this. */
    private final List<FdLoops> groups = new ArrayList<>();

    /** Guarded by this. */
    private final List<Consumer<FdLoops>> watchers = new ArrayList<>();

    private BeanFactory beans;

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        beans = beanFactory;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof FdLoopResources resources && isSingleton(beanName)) {
            opened(resources.loops());
        } else if (bean instanceof FdLoops loops && isSingleton(beanName)) {
            opened(loops);
        }
        return bean;
    }

    /** Others come and go, and would be held here for ever. */
    private boolean isSingleton(String beanName) {
        return beans.containsBean(beanName) && beans.isSingleton(beanName);
    }

    /** Notes a group, unless it is known. Without a lock around the watchers, which may call anything. */
    void opened(FdLoops loops) {
        List<Consumer<FdLoops>> told;
        synchronized (this) {
            if (groups.contains(loops)) {
                return;
            }
            groups.add(loops);
            told = List.copyOf(watchers);
        }
        told.forEach(watcher -> watcher.accept(loops));
    }

    @Override
    public synchronized List<FdLoops> opened() {
        return List.copyOf(groups);
    }

    @Override
    public void whenOpened(Consumer<FdLoops> watcher) {
        List<FdLoops> open;
        synchronized (this) {
            watchers.add(watcher);
            open = List.copyOf(groups);
        }
        open.forEach(watcher);
    }
}
