#include "core/wait_tree.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>

namespace pgscale {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Processes by index. With hundreds of them in a queue there are hundreds of thousands of unions.
class Set {
 public:
  explicit Set(std::size_t size) : words_(size / kBits + 1, 0) {}

  [[nodiscard]] bool has(std::size_t member) const {
    return (words_[member / kBits] >> (member % kBits) & 1) != 0;
  }
  void add(std::size_t member) { words_[member / kBits] |= std::uint64_t{1} << (member % kBits); }
  // Whether any was new.
  bool unite(const Set& more) {
    std::uint64_t added = 0;
    for (std::size_t i = 0; i < words_.size(); i++) {
      added |= more.words_[i] & ~words_[i];
      words_[i] |= more.words_[i];
    }
    return added != 0;
  }
  [[nodiscard]] std::size_t count() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) count += std::bitset<kBits>(word).count();
    return count;
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::vector<std::uint64_t> words_;
};

// Processes by index: first those that wait, in the order given, then all others, ascending.
class Graph {
 public:
  explicit Graph(const std::vector<LockWait>& waits) {
    for (const LockWait& wait : waits) (void)index(wait.waiter);
    std::map<int, int> others;
    for (const LockWait& wait : waits) {
      for (const int blocker : wait.blockers) {
        if (indexes_.count(blocker) == 0) others.emplace(blocker, blocker);
      }
    }
    for (const auto& [process, _] : others) (void)index(process);
    blockers_.resize(size());
    for (const LockWait& wait : waits) add(wait);
  }

  [[nodiscard]] std::size_t size() const { return processes_.size(); }
  [[nodiscard]] int process(std::size_t node) const { return processes_[node]; }
  [[nodiscard]] const std::vector<std::size_t>& blockers(std::size_t node) const {
    return blockers_[node];
  }

 private:
  std::size_t index(int process) {
    const auto [place, is_new] = indexes_.emplace(process, processes_.size());
    if (is_new) processes_.push_back(process);
    return place->second;
  }

  void add(const LockWait& wait) {
    const std::size_t waiter = index(wait.waiter);
    std::vector<std::size_t>& blockers = blockers_[waiter];
    for (const int process : wait.blockers) {
      const std::size_t blocker = index(process);
      if (blocker != waiter) blockers.push_back(blocker);
    }
    std::sort(blockers.begin(), blockers.end());
    blockers.erase(std::unique(blockers.begin(), blockers.end()), blockers.end());
  }

  std::map<int, std::size_t> indexes_;
  std::vector<int> processes_;
  std::vector<std::vector<std::size_t>> blockers_;
};

// Orders the processes so that each comes after all it waits for, as far as there are no circles.
class Order {
 public:
  explicit Order(const Graph& graph)
      : graph_(graph), place_(graph.size(), kNone), deadlocked_(graph.size(), false) {
    while (nodes_.size() < graph.size()) {
      if (!place_all_ready()) place(oldest_of_a_circle());
    }
  }

  [[nodiscard]] const std::vector<std::size_t>& nodes() const { return nodes_; }
  [[nodiscard]] bool deadlocked(std::size_t node) const { return deadlocked_[node]; }
  [[nodiscard]] bool before(std::size_t blocker, std::size_t waiter) const {
    return place_[blocker] < place_[waiter];
  }

 private:
  void place(std::size_t node) {
    place_[node] = nodes_.size();
    nodes_.push_back(node);
  }

  // The first one it waits for that has no place yet.
  [[nodiscard]] std::size_t open_blocker(std::size_t node) const {
    for (const std::size_t blocker : graph_.blockers(node)) {
      if (place_[blocker] == kNone) return blocker;
    }
    return kNone;
  }

  bool place_all_ready() {
    const std::size_t before = nodes_.size();
    for (std::size_t node = 0; node < graph_.size(); node++) {
      if (place_[node] == kNone && open_blocker(node) == kNone) place(node);
    }
    return nodes_.size() > before;
  }

  // Everybody left waits for somebody left, so a walk along the waits comes to a circle.
  std::size_t oldest_of_a_circle() {
    std::vector<std::size_t> walk;
    std::size_t node = 0;
    while (place_[node] != kNone) node++;
    auto seen = walk.end();
    while ((seen = std::find(walk.begin(), walk.end(), node)) == walk.end()) {
      walk.push_back(node);
      node = open_blocker(node);
    }
    for (auto member = seen; member != walk.end(); ++member) deadlocked_[*member] = true;
    return *std::min_element(seen, walk.end());
  }

  const Graph& graph_;
  std::vector<std::size_t> nodes_;
  std::vector<std::size_t> place_;  // in nodes_
  std::vector<bool> deadlocked_;
};

// Who hangs under whom, and what follows from that.
class Tree {
 public:
  Tree(const Graph& graph, const Order& order)
      : graph_(graph),
        order_(order),
        parent_(graph.size(), kNone),
        depth_(graph.size(), 0),
        roots_(graph.size(), Set(graph.size())),
        behind_(graph.size(), Set(graph.size())) {
    for (const std::size_t node : order.nodes()) hang(node);
    while (spread_waiters()) {
    }
  }

  [[nodiscard]] std::vector<WaitNode> rows() const {
    std::vector<std::vector<std::size_t>> children(graph_.size());
    std::vector<std::size_t> open;
    for (std::size_t node = 0; node < graph_.size(); node++) {
      (parent_[node] == kNone ? open : children[parent_[node]]).push_back(node);
    }
    std::stable_sort(open.begin(), open.end(), [this](std::size_t left, std::size_t right) {
      return count_behind(left) > count_behind(right);
    });
    std::reverse(open.begin(), open.end());
    std::vector<WaitNode> rows;
    std::vector<int> path;
    while (!open.empty()) {
      const std::size_t node = open.back();
      open.pop_back();
      open.insert(open.end(), children[node].rbegin(), children[node].rend());
      path.resize(depth_[node]);
      path.push_back(graph_.process(node));
      rows.push_back(row(node, path));
    }
    return rows;
  }

 private:
  void hang(std::size_t node) {
    for (const std::size_t blocker : graph_.blockers(node)) {
      if (!order_.before(blocker, node)) continue;
      if (parent_[node] == kNone || depth_[blocker] > depth_[parent_[node]])
        parent_[node] = blocker;
      roots_[node].unite(roots_[blocker]);
    }
    if (parent_[node] == kNone) {
      roots_[node].add(node);
    } else {
      depth_[node] = depth_[parent_[node]] + 1;
    }
  }

  // One pass is enough where there is no circle.
  bool spread_waiters() {
    bool grown = false;
    for (auto node = order_.nodes().rbegin(); node != order_.nodes().rend(); ++node) {
      for (const std::size_t blocker : graph_.blockers(*node)) {
        if (!behind_[blocker].has(*node)) grown = true;
        behind_[blocker].add(*node);
        grown = behind_[blocker].unite(behind_[*node]) || grown;
      }
    }
    return grown;
  }

  // In a circle everybody waits for itself, too.
  [[nodiscard]] int count_behind(std::size_t node) const {
    return static_cast<int>(behind_[node].count()) - (behind_[node].has(node) ? 1 : 0);
  }

  [[nodiscard]] WaitNode row(std::size_t node, const std::vector<int>& path) const {
    WaitNode row;
    row.process = graph_.process(node);
    row.deadlocked = order_.deadlocked(node);
    for (const std::size_t blocker : graph_.blockers(node)) {
      row.blockers.push_back(graph_.process(blocker));
    }
    row.path = path;
    for (std::size_t root = 0; root < graph_.size(); root++) {
      if (roots_[node].has(root)) row.roots.push_back(graph_.process(root));
    }
    std::sort(row.roots.begin(), row.roots.end());
    row.behind = count_behind(node);
    return row;
  }

  const Graph& graph_;
  const Order& order_;
  std::vector<std::size_t> parent_;
  std::vector<std::size_t> depth_;
  std::vector<Set> roots_;
  std::vector<Set> behind_;
};

}  // namespace

std::vector<WaitNode> wait_tree(const std::vector<LockWait>& waits) {
  const Graph graph(waits);
  const Order order(graph);
  return Tree(graph, order).rows();
}

}  // namespace pgscale
