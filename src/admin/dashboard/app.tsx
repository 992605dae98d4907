export function App() {
  return <h1>Casebridge</h1>;
}
