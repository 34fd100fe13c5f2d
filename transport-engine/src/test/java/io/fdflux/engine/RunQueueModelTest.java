package io.fdflux.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Compares the queue with a list that is sorted at the start of each pass. */
class RunQueueModelTest {

    private record Entry(int number, int priority) {}

    private final List<Entry> model = new ArrayList<>();
    private final RunQueue<Entry> queue = new RunQueue<>();
    private int added;

    private void add(int priority) {
        Entry entry = new Entry(added++, priority);
        queue.add(entry, priority);
        model.add(entry);
    }

    /** Runs a pass. Each of its entries but the last adds some of the following priorities. */
    private void pass(List<Integer> prioritiesAddedMeanwhile) {
        List<Entry> expected = new ArrayList<>(model);
        model.clear();
        expected.sort(Comparator.comparingInt(Entry::priority).reversed()); // stable
        assertThat(queue.begin()).isEqualTo(expected.size());
        int next = 0;
        for (Entry entry : expected) {
            assertThat(queue.next()).isSameAs(entry);
            if (next < prioritiesAddedMeanwhile.size()) {
                add(prioritiesAddedMeanwhile.get(next++));
            }
        }
        assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
    }

    @Property
    void passesTakeWhatWasPresentByPriority(
            @ForAll @Size(max = 30) List<@Size(max = 40) List<@IntRange(min = -3, max = 3) Integer>> passes) {
        RunQueueModelTest fresh = new RunQueueModelTest();
        for (List<Integer> priorities : passes) {
            priorities.forEach(fresh::add);
            fresh.pass(priorities);
        }
        while (!fresh.model.isEmpty()) {
            fresh.pass(List.of());
        }
        assertThat(fresh.queue.isEmpty()).isTrue();
    }

    @Test
    void aPriorityThatComesDuringAPassLeavesThePassAsItIs() {
        add(0);
        add(0);
        add(0);
        pass(List.of(1, -1, 0));
        pass(List.of());
    }

    @Test
    void orderOfAdditionHoldsWithinAPriority() {
        for (int priority : new int[] {0, 7, 0, 7, -7, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            add(priority);
        }
        pass(List.of());
    }
}
