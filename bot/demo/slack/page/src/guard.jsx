// A message that cannot be drawn must not take the page with it.
import { Component } from "react";

export class Guard extends Component {
  state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  render() {
    if (!this.state.failed) return this.props.children;
    return <p className="deleted">This message cannot be drawn here. {this.props.instead}</p>;
  }
}
